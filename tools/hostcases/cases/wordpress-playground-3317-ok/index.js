// module: callback.wat
// The object has getters, and the other file reads them at each use.
import { bindUserSpace } from "./user-space.js";

let wasmMemory, HEAP16, HEAP32;
function updateMemoryViews() {
  const b = wasmMemory.buffer;
  HEAP16 = new Int16Array(b);
  HEAP32 = new Int32Array(b);
}
export function create(module) {
  let space;
  const syscall = (pages, lock) => {
    wasmMemory.grow(pages);
    updateMemoryViews();
    return space.fcntl(lock);
  };
  const instance = new WebAssembly.Instance(module, { env: { callback: syscall } });
  wasmMemory = instance.exports.memory;
  updateMemoryViews();
  const memory = {
    get HEAP16() {
      return HEAP16;
    },
    get HEAP32() {
      return HEAP32;
    },
  };
  space = bindUserSpace({ pid: 42, memory });
  return instance;
}
export const pidOf = (lock) => HEAP32[(lock + 4) >> 2];
