// What comes in is copied first.
export function extend(Module) {
  Module.Descriptor = function (size) {
    this.ptr = Module._malloc(size);
    this.size = size;
  };
  Module.Descriptor.prototype.getBytes = function () {
    return Module.HEAPU8.subarray(this.ptr, this.ptr + this.size);
  };
  Module.Buffer = function (typedArray) {
    const copy = new Uint8Array(typedArray);
    const descriptor = new Module.Descriptor(copy.byteLength);
    descriptor.getBytes().set(copy);
    return descriptor;
  };
  Module.copyTexture = function (ptr, size) {
    return Module.Buffer(Module.HEAPU8.subarray(ptr, ptr + size));
  };
  return Module;
}
