export class Memory {
  constructor(exports) {
    this.rawMemory = exports.memory;
    this.bytes = new Uint8Array(this.rawMemory.buffer);
    this.dataView = new DataView(this.rawMemory.buffer);
  }
  writeBytes(ptr, bytes) {
    this.bytes.set(bytes, ptr); // expect: finding
  }
  readUint32 = (ptr) => this.dataView.getUint32(ptr, true); // expect: finding
}
