// The pointer is kept instead.
export class Connection {
  constructor(Module, size) {
    this.Module = Module;
    this.ptr = Module._malloc(size);
    this.size = size;
  }
  receive(size) {
    return this.Module._malloc(size);
  }
  send(message) {
    const sendArray = new Uint8Array(this.Module.HEAPU8.buffer, this.ptr, this.size);
    sendArray.set(message);
    return this.Module._peek(sendArray.byteOffset);
  }
}
