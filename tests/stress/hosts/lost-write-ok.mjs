// The view is made after the allocation.

export function byIndex(load) {
  const guest = load();
  const pointer = guest.malloc(2);
  const heap = new Uint8Array(guest.memory.buffer);
  heap[pointer] = 3;
  heap[pointer + 1] = 4;
  return guest.byte(pointer) + guest.byte(pointer + 1);
}

export function encodeInto(load) {
  const guest = load();
  const pointer = guest.malloc(2);
  const heap = new Uint8Array(guest.memory.buffer);
  new TextEncoder().encodeInto("\u0003\u0004", heap.subarray(pointer));
  return guest.sum(pointer, 2);
}
