// Writes by index to a detached view are lost without an error, so the guest reads old bytes.
// Seen in osamu620/OpenHTJ2K#277.

export function byIndex(load) {
  const guest = load();
  const heap = new Uint8Array(guest.memory.buffer);
  const pointer = guest.malloc(2);
  heap[pointer] = 3;
  heap[pointer + 1] = 4;
  return guest.byte(pointer) + guest.byte(pointer + 1);
}

export function encodeInto(load) {
  const guest = load();
  const heap = new Uint8Array(guest.memory.buffer);
  const pointer = guest.malloc(2);
  new TextEncoder().encodeInto("\u0003\u0004", heap.subarray(pointer));
  return guest.sum(pointer, 2);
}
