// The view is made after the wait.

async function fill(memory, pointer, source) {
  const data = await source;
  new Uint8Array(memory.buffer, pointer, data.length).set(data);
}

export async function duringRead(load) {
  const guest = load();
  const pointer = guest.malloc(2);
  const filled = fill(guest.memory, pointer, Promise.resolve([3, 4]));
  guest.history();
  await filled;
  return guest.byte(pointer) + guest.byte(pointer + 1);
}
