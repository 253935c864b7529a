// A method gives a new view each time, but its result is kept while the argument is brought into the memory.
// Bug: Spxg/sqlite-wasm-rs#5 (e194944). Fix: the view is asked for after that.
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
    const heap = this.heap8u();
    const ptr = this.lower(bytes);
    heap.copyWithin(target, ptr, ptr + bytes.length); // expect: finding
  }
}
