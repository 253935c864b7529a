export class Memory {
  constructor(exports) {
    this.rawMemory = exports.memory;
  }
  bytes = () => new Uint8Array(this.rawMemory.buffer);
  dataView = () => new DataView(this.rawMemory.buffer);
  writeBytes(ptr, bytes) {
    this.bytes().set(bytes, ptr);
  }
  readUint32 = (ptr) => this.dataView().getUint32(ptr, true);
}
