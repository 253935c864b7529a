// A constructor allocates a buffer for messages and keeps a view of it, which each message is written to.
// Bug: emscripten-core/emscripten#7294 (a private program). Fix: the pointer is kept instead.
export class Connection {
  constructor(Module, size) {
    this.Module = Module;
    const ptr = Module._malloc(size);
    this.sendArray = new Uint8Array(Module.HEAPU8.buffer, ptr, size);
  }
  receive(size) {
    return this.Module._malloc(size);
  }
  send(message) {
    this.sendArray.set(message); // expect: finding
    return this.Module._peek(this.sendArray.byteOffset);
  }
}
