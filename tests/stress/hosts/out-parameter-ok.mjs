// The host keeps the address of the word.

export function word(load) {
  const guest = load();
  const out = guest.malloc(4);
  guest.answer(out);
  return new Uint32Array(guest.memory.buffer, out, 1)[0];
}
