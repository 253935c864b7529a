// A function gets the buffer or a view as an argument, calls the guest, and then uses the argument.
// Seen in chaosprint/glicol#26.

function copyIn(numbers, alloc, buffer) {
  const pointer = alloc(4 * numbers.length);
  new Uint32Array(buffer, pointer, numbers.length).set(numbers);
  return pointer;
}

export function buffer(load) {
  const guest = load();
  return guest.word(copyIn([7], guest.alloc, guest.memory.buffer));
}

function firstAfterRun(bytes, guest) {
  guest.run();
  return bytes[0];
}

export function view(load) {
  const guest = load();
  return firstAfterRun(new Uint8Array(guest.memory.buffer), guest);
}
