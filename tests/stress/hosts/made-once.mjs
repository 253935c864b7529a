// A view is made once, in a constructor or at the start of a function, and is used after the guest has run.
// Seen in vercel-labs/wterm#92, swiftwasm/JavaScriptKit#150 and WebAssembly/binaryen#3205.

class Reader {
  constructor(guest) {
    this.guest = guest;
    this.bytes = new Uint8Array(guest.memory.buffer);
  }
  first() {
    return this.bytes[0];
  }
}

export function inConstructor(load) {
  const reader = new Reader(load());
  reader.guest.run();
  return reader.first();
}

export function inFunction(load) {
  const guest = load();
  const bytes = new Uint8Array(guest.memory.buffer, 0, 4);
  guest.run();
  return bytes[0];
}
