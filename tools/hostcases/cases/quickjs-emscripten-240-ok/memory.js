class PointerArray {
  constructor(Module, ptr, length) {
    this.Module = Module;
    this.ptr = ptr;
    this.length = length;
    this.cached = null;
  }
  get typedArray() {
    const { buffer } = this.Module.HEAPU8;
    if (this.cached?.buffer !== buffer) this.cached = new Uint32Array(buffer, this.ptr, this.length);
    return this.cached;
  }
}
export function newPointerArray(Module, length) {
  const ptr = Module._malloc(length * Uint32Array.BYTES_PER_ELEMENT);
  return new PointerArray(Module, ptr, length);
}
