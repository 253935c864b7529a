// The compiled code keeps the memory.

export function compiled(load) {
  const guest = load();
  const compile = new Function("memory", "return (pointer) => new Uint32Array(memory.buffer)[pointer >> 2];");
  const word = compile(guest.memory);
  return word(guest.make(7));
}
