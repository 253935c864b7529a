// The view is made for each access.

class Reader {
  constructor(guest) {
    this.guest = guest;
  }
  first() {
    return new Uint8Array(this.guest.memory.buffer)[0];
  }
}

export function inConstructor(load) {
  const reader = new Reader(load());
  reader.guest.run();
  return reader.first();
}

export function inFunction(load) {
  const guest = load();
  guest.run();
  return new Uint8Array(guest.memory.buffer, 0, 4)[0];
}
