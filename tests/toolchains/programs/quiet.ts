const arena = memory.data(2097152);

/** Return the address of n bytes in static memory, or 0 if it has not that many. */
export function take(n: i32): usize {
  if (n < 1 || n > 2097152) return 0;
  store<u8>(arena + n - 1, 1);
  return arena;
}
