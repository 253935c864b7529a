export const Module = {};
let wasmMemory, HEAPU8, HEAPU32;
function updateMemoryViews() {
  const b = wasmMemory.buffer;
  HEAPU8 = new Uint8Array(b);
  HEAPU32 = new Uint32Array(b);
}
function resizeHeap(pages, at) {
  wasmMemory.grow(pages);
  updateMemoryViews();
  HEAPU32[at >> 2] = HEAPU8.length;
  return 1;
}
export function load(module) {
  const { exports } = new WebAssembly.Instance(module, { env: { callback: resizeHeap } });
  wasmMemory = exports.memory;
  updateMemoryViews();
  Module["HEAPU8"] = HEAPU8;
  Module["_malloc"] = (size) => exports.call(1, 32) && exports.malloc(size);
  Module["_peek"] = exports.peek;
}
