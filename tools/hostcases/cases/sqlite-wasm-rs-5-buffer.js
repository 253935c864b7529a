// As sqlite-wasm-rs-5, with a Buffer of Node, in a derived class with private fields.
// Bug: Spxg/sqlite-wasm-rs#5 (e194944). Fix: the Buffer is made after the allocation.
class Guest {
  #exports;
  constructor(instance) {
    this.#exports = instance.exports;
  }
  get heap() {
    return Buffer.from(this.#exports.memory.buffer);
  }
  lower(bytes) {
    const ptr = this.#exports.malloc(bytes.length);
    this.heap.set(bytes, ptr);
    return ptr;
  }
}
export class Sqlite extends Guest {
  poke(bytes, target) {
    const { heap } = this;
    const ptr = this.lower(bytes);
    heap.copyWithin(target, ptr, ptr + bytes.length); // expect: finding
  }
}
