// A function that takes any typed array allocates room for it, then reads the array, which may itself lie in the heap.
// Bug: google/filament#5181. Fix: what comes in is copied first.
export function extend(Module) {
  Module.Descriptor = function (size) {
    this.ptr = Module._malloc(size);
    this.size = size;
  };
  Module.Descriptor.prototype.getBytes = function () {
    return Module.HEAPU8.subarray(this.ptr, this.ptr + this.size);
  };
  Module.Buffer = function (typedArray) {
    const descriptor = new Module.Descriptor(typedArray.byteLength);
    const bytes = new Uint8Array(typedArray.buffer, typedArray.byteOffset, typedArray.byteLength); // expect: finding
    descriptor.getBytes().set(bytes);
    return descriptor;
  };
  Module.copyTexture = function (ptr, size) {
    return Module.Buffer(Module.HEAPU8.subarray(ptr, ptr + size));
  };
  return Module;
}
