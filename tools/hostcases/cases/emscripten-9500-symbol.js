// As emscripten-9500, with the heap kept under a symbol of the object that describes a type.
// Bug: emscripten-core/emscripten#9500 (edb65f82). Fix: the heap is read after the allocation.
const HEAP = Symbol("heap");
export function stringType(Module, wide) {
  const shift = wide ? 2 : 1;
  const type = {
    [HEAP]: wide ? Module.HEAPU32 : Module.HEAPU16,
    toWire(text) {
      const ptr = Module._malloc(4 + (text.length << shift));
      const start = (ptr + 4) >> shift;
      for (let i = 0; i < text.length; i++) {
        this[HEAP][start + i] = text.charCodeAt(i); // expect: finding
      }
      return ptr;
    },
  };
  return type;
}
