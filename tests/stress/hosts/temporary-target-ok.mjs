// The call comes first.

export function element(load) {
  const guest = load();
  const pointer = guest.make(7);
  new Uint32Array(guest.memory.buffer)[16] = pointer;
  return guest.word(guest.word(64));
}

export function set(load) {
  const guest = load();
  const pointer = guest.alloc(1);
  new Uint8Array(guest.memory.buffer).set([7], pointer);
  return guest.byte(pointer);
}

export function dataView(load) {
  const guest = load();
  const pointer = guest.make(7);
  new DataView(guest.memory.buffer).setUint32(64, pointer, true);
  return guest.word(guest.word(64));
}

export function constructorArgument(load) {
  const guest = load();
  const pointer = guest.make(7);
  return new Uint32Array(guest.memory.buffer, pointer, 1)[0];
}
