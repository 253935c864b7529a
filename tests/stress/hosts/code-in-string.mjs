// Code that is compiled from a string keeps a view.
// Seen in emscripten-core/emscripten#7409.

export function compiled(load) {
  const guest = load();
  const compile = new Function("words", "return (pointer) => words[pointer >> 2];");
  const word = compile(new Uint32Array(guest.memory.buffer));
  return word(guest.make(7));
}
