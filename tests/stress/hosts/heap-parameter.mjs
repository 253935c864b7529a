// A function in a table of operations gets the heap as an argument, allocates, and then writes to the heap.
// Seen in emscripten-core/emscripten#9012.

const operations = {
  map(heap, data, guest) {
    const pointer = guest.malloc(data.length);
    heap.set(data, pointer);
    return pointer;
  },
};

export function operation(load) {
  const guest = load();
  const pointer = operations.map(new Uint8Array(guest.memory.buffer), [3, 4], guest);
  return guest.sum(pointer, 2);
}
