"use strict";
let memory = null;
let HEAP8 = null;
let HEAP32 = null;
let heap = null;
function growMemory(pages) {
  const old = memory.grow(pages);
  HEAP8 = new Uint8Array(memory.buffer);
  HEAP32 = new Int32Array(memory.buffer);
  return old;
}
exports.start = function (module) {
  const instance = new WebAssembly.Instance(module, { env: { callback: growMemory } });
  memory = instance.exports.memory;
  HEAP8 = new Uint8Array(memory.buffer);
  HEAP32 = new Int32Array(memory.buffer);
  heap = HEAP8;
  return instance;
};
exports.store = function (at, value) {
  HEAP32[at >> 2] = value;
  return heap[at] + HEAP8[at]; // expect: finding
};
