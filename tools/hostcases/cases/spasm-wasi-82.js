// module: callback.wat
// Heap views are properties of a module object; a setup function fills them once, and imports use them.
// Bug: WebAssembly/WASI#82 (skoppe/spasm). Fix: each import first checks whether the buffer is still that of the memory.
const heap = {};
let memory;
export function setup(instance) {
  ({ memory } = instance.exports);
  const { buffer } = memory;
  heap.u8 = new Uint8Array(buffer);
  heap.u32 = new Uint32Array(buffer);
}
function setLength(ptr, length) {
  heap.u32[ptr >> 2] = length; // expect: finding
  return heap.u8[ptr]; // expect: finding
}
export const imports = { env: { callback: setLength } };
