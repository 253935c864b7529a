const kept: ArrayBuffer[] = [];

@inline
function address(bytes: ArrayBuffer): usize {
  return changetype<usize>(bytes);
}

function filled(n: i32): ArrayBuffer {
  const bytes = new ArrayBuffer(n); // THE LINE
  kept.push(bytes); // THE LINE
  return bytes;
}

/** Return the address of n new bytes. */
export function take(n: i32): usize {
  return address(filled(n)); // THE LINE
}
