// The bindings make another DataView when the old one is detached.

function bindings(guest) {
  let view = new DataView(guest.memory.buffer);
  const setUint32 = (pointer, number) => {
    try {
      view.setUint32(pointer, number, true);
    } catch {
      view = new DataView(guest.memory.buffer);
      view.setUint32(pointer, number, true);
    }
  };
  return {
    lower(numbers) {
      const pointer = guest.alloc(4 * numbers.length);
      numbers.forEach((number, index) => setUint32(pointer + 4 * index, number));
      return pointer;
    },
  };
}

export function lower(load) {
  const guest = load();
  return guest.word(bindings(guest).lower([7]));
}
