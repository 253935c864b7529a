export function newPointerArray(Module, length) {
  const ptr = Module._malloc(length * Uint32Array.BYTES_PER_ELEMENT);
  const typedArray = new Uint32Array(Module.HEAPU8.buffer, ptr, length);
  return { ptr, typedArray };
}
