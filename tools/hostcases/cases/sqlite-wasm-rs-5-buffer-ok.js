// The Buffer is made after the allocation.
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
    const ptr = this.lower(bytes);
    const { heap } = this;
    heap.copyWithin(target, ptr, ptr + bytes.length);
  }
}
