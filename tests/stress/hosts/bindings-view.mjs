// Generated bindings make one DataView when they are instantiated.
// Seen in AssemblyScript/assemblyscript#2778.

function bindings(guest) {
  const view = new DataView(guest.memory.buffer);
  return {
    lower(numbers) {
      const pointer = guest.alloc(4 * numbers.length);
      numbers.forEach((number, index) => view.setUint32(pointer + 4 * index, number, true));
      return pointer;
    },
  };
}

export function lower(load) {
  const guest = load();
  return guest.word(bindings(guest).lower([7]));
}
