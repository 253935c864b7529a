// The view is made before a loop that calls the guest in each round.
// Seen in vercel-labs/wterm#68.

export function chunks(load) {
  const guest = load();
  const pointer = guest.malloc(1);
  const chunk = new Uint8Array(guest.memory.buffer, pointer, 1);
  let total = 0;
  for (const byte of [3, 4]) {
    chunk.set([byte]);
    total += guest.sum(pointer, 1);
  }
  return total;
}

export function iterator(load) {
  const guest = load();
  const pointer = guest.malloc(2);
  const bytes = new Uint8Array(guest.memory.buffer, pointer, 2);
  bytes.set([3, 4]);
  let total = 0;
  for (const byte of bytes) {
    guest.history();
    total += byte;
  }
  return total;
}
