// The heap is read after the allocation.
const HEAP = Symbol("heap");
export function stringType(Module, wide) {
  const shift = wide ? 2 : 1;
  const type = {
    get [HEAP]() {
      return wide ? Module.HEAPU32 : Module.HEAPU16;
    },
    toWire(text) {
      const ptr = Module._malloc(4 + (text.length << shift));
      const start = (ptr + 4) >> shift;
      for (let i = 0; i < text.length; i++) {
        this[HEAP][start + i] = text.charCodeAt(i);
      }
      return ptr;
    },
  };
  return type;
}
