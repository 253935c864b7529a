// The host keeps a view of the word into which an export writes its result.
// Seen in justjake/quickjs-emscripten#248.

export function word(load) {
  const guest = load();
  const pointer = guest.malloc(4);
  const out = new Uint32Array(guest.memory.buffer, pointer, 1);
  guest.answer(pointer);
  return out[0];
}
