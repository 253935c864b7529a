// An asynchronous function keeps a view while it waits, and the guest runs meanwhile.
// Seen in emscripten-core/emscripten#21108.

async function fill(target, source) {
  target.set(await source);
}

export async function duringRead(load) {
  const guest = load();
  const pointer = guest.malloc(2);
  const filled = fill(new Uint8Array(guest.memory.buffer, pointer, 2), Promise.resolve([3, 4]));
  guest.history();
  await filled;
  return guest.byte(pointer) + guest.byte(pointer + 1);
}
