// Right: three ways to notice growth, each on the path between the call and the use.
export class Reader {
  constructor(instance) {
    this.exports = instance.exports;
    this.bytes = new Uint8Array(this.exports.memory.buffer);
    this.words = new Uint32Array(this.exports.memory.buffer);
    this.view = new DataView(this.exports.memory.buffer);
  }
  byte(at) {
    if (!this.bytes.length) this.bytes = new Uint8Array(this.exports.memory.buffer);
    return this.bytes[at];
  }
  word(at) {
    if (this.words.byteLength === 0) this.words = new Uint32Array(this.exports.memory.buffer);
    return this.words[at >> 2];
  }
  half(at) {
    const { buffer } = this.exports.memory;
    this.view = this.view.buffer === buffer ? this.view : new DataView(buffer);
    return this.view.getUint16(at, true);
  }
}
