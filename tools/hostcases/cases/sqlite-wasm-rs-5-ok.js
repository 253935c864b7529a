// The view is asked for after that.
export class Sqlite {
  constructor(instance) {
    this.exports = instance.exports;
  }
  heap8u() {
    return new Uint8Array(this.exports.memory.buffer);
  }
  lower(bytes) {
    const ptr = this.exports.malloc(bytes.length);
    this.heap8u().set(bytes, ptr);
    return ptr;
  }
  poke(bytes, target) {
    const ptr = this.lower(bytes);
    const heap = this.heap8u();
    heap.copyWithin(target, ptr, ptr + bytes.length);
  }
}
