// This module imitates Emscripten's glue, which renews the views of the heap only when it grows the memory itself.

const PAGE = 65536;

export function module(load) {
  const Module = {};
  const exports = load({
    env: {
      emscripten_resize_heap(requested) {
        const { memory } = exports;
        const pages = Math.ceil(((requested >>> 0) - memory.buffer.byteLength) / PAGE);
        try {
          memory.grow(Math.max(pages, 0));
        } catch {
          return 0;
        }
        renew();
        return 1;
      },
    },
  });
  const renew = () => {
    const { buffer } = exports.memory;
    Module.HEAPU8 = new Uint8Array(buffer);
    Module.HEAP32 = new Int32Array(buffer);
    Module.HEAPF32 = new Float32Array(buffer);
  };
  for (const [name, value] of Object.entries(exports)) {
    if (typeof value === "function") {
      Module[`_${name}`] = value;
    }
  }
  Module.wasmTable = exports.__indirect_function_table;
  renew();
  return Module;
}
