// The function gets the memory as an argument.

function copyIn(numbers, alloc, memory) {
  const pointer = alloc(4 * numbers.length);
  new Uint32Array(memory.buffer, pointer, numbers.length).set(numbers);
  return pointer;
}

export function buffer(load) {
  const guest = load();
  return guest.word(copyIn([7], guest.alloc, guest.memory));
}

function firstAfterRun(memory, guest) {
  guest.run();
  return new Uint8Array(memory.buffer)[0];
}

export function view(load) {
  const guest = load();
  return firstAfterRun(guest.memory, guest);
}
