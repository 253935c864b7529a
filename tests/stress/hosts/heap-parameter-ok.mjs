// The operation gets the memory as an argument.

const operations = {
  map(memory, data, guest) {
    const pointer = guest.malloc(data.length);
    new Uint8Array(memory.buffer).set(data, pointer);
    return pointer;
  },
};

export function operation(load) {
  const guest = load();
  const pointer = operations.map(guest.memory, [3, 4], guest);
  return guest.sum(pointer, 2);
}
