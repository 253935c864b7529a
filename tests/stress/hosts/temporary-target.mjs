// No variable holds the view: JavaScript evaluates it, or its buffer, before the call in the same expression.
// Seen in AssemblyScript/assemblyscript#2568.

export function element(load) {
  const guest = load();
  new Uint32Array(guest.memory.buffer)[16] = guest.make(7);
  return guest.word(guest.word(64));
}

export function set(load) {
  const guest = load();
  let pointer;
  new Uint8Array(guest.memory.buffer).set([7], (pointer = guest.alloc(1)));
  return guest.byte(pointer);
}

export function dataView(load) {
  const guest = load();
  new DataView(guest.memory.buffer).setUint32(64, guest.make(7), true);
  return guest.word(guest.word(64));
}

export function constructorArgument(load) {
  const guest = load();
  return new Uint32Array(guest.memory.buffer, guest.make(7), 1)[0];
}
