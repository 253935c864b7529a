// module: callback.wat
// Right: the form of wasm-bindgen's glue. Getters compare before they return a view, and strings are reallocated.
let wasm;
let bytesCache = null;
let dataViewCache = null;
let vectorLength = 0;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
function bytes() {
  if (bytesCache === null || bytesCache.byteLength === 0) bytesCache = new Uint8Array(wasm.memory.buffer);
  return bytesCache;
}
function dataView() {
  if (
    dataViewCache === null ||
    dataViewCache.buffer.detached === true ||
    (dataViewCache.buffer.detached === undefined && dataViewCache.buffer !== wasm.memory.buffer)
  ) {
    dataViewCache = new DataView(wasm.memory.buffer);
  }
  return dataViewCache;
}
function pass(text, malloc, realloc) {
  let length = text.length;
  let ptr = malloc(length);
  const memory = bytes();
  let offset = 0;
  for (; offset < length; offset++) {
    const code = text.charCodeAt(offset);
    if (code > 0x7f) break;
    memory[ptr + offset] = code;
  }
  if (offset !== length) {
    if (offset !== 0) text = text.slice(offset);
    ptr = realloc((length = offset + text.length * 3));
    const view = bytes().subarray(ptr + offset, ptr + length);
    offset += encoder.encodeInto(text, view).written;
  }
  vectorLength = offset;
  return ptr;
}
export function greet(name) {
  const ptr = pass(name, wasm.malloc, wasm.malloc);
  const length = vectorLength;
  const result = wasm.work(ptr, length);
  dataView().setUint32(0, result, true);
  return decoder.decode(bytes().subarray(result + 1, result + length));
}
export const imports = {
  env: {
    callback(result, value) {
      dataView().setInt32(result, value, true);
      return dataView().getInt32(result, true);
    },
  },
};
export function setWasm(instance) {
  wasm = instance.exports;
  bytesCache = null;
  dataViewCache = null;
}
