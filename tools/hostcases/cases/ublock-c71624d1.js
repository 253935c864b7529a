// The program grows the memory itself, then copies from the view of before, which a field holds.
// Bug: gorhill/uBlock c71624d1. Fix: growth preserves the content, so nothing is copied from the old view.
const PAGE = 65536;
export class Trie {
  constructor() {
    this.memory = new WebAssembly.Memory({ initial: 1 });
    this.bytes = new Uint8Array(this.memory.buffer);
    this.used = 0;
  }
  add(byte) {
    if (this.used === this.bytes.length) this.enlarge(this.used + PAGE);
    this.bytes[this.used++] = byte;
  }
  enlarge(size) {
    this.memory.grow((size - this.bytes.length) / PAGE);
    const larger = new Uint8Array(this.memory.buffer);
    larger.set(this.bytes.subarray(0, this.used)); // expect: finding
    this.bytes = larger;
  }
  at(index) {
    return this.bytes[index];
  }
}
