// The closure is called after the allocation.
export function stringType(Module, wide) {
  const shift = wide ? 2 : 1;
  const getHeap = wide ? () => Module.HEAPU32 : () => Module.HEAPU16;
  return {
    toWire(text) {
      const ptr = Module._malloc(4 + (text.length << shift));
      const heap = getHeap();
      Module.HEAPU32[ptr >> 2] = text.length;
      const start = (ptr + 4) >> shift;
      for (let i = 0; i < text.length; i++) {
        heap[start + i] = text.charCodeAt(i);
      }
      return ptr;
    },
  };
}
