// A closure returns the heap of the right element size; its result is kept while memory is allocated.
// Bug: emscripten-core/emscripten#9500 (edb65f82). Fix: the closure is called after the allocation.
export function stringType(Module, wide) {
  const shift = wide ? 2 : 1;
  const getHeap = wide ? () => Module.HEAPU32 : () => Module.HEAPU16;
  return {
    toWire(text) {
      const heap = getHeap();
      const ptr = Module._malloc(4 + (text.length << shift));
      Module.HEAPU32[ptr >> 2] = text.length;
      const start = (ptr + 4) >> shift;
      for (let i = 0; i < text.length; i++) {
        heap[start + i] = text.charCodeAt(i); // expect: finding
      }
      return ptr;
    },
  };
}
