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
function writeAscii(text, ptr) {
  const target = bytes();
  let written = 0;
  while (written < text.length && text.charCodeAt(written) < 128) {
    target[ptr + written] = text.charCodeAt(written);
    written++;
  }
  return written;
}
function pass(text, malloc, realloc) {
  let ptr = malloc(text.length);
  let end = writeAscii(text, ptr);
  if (end < text.length) {
    const room = end + 3 * (text.length - end);
    ptr = realloc(room);
    writeAscii(text, ptr);
    end += encoder.encodeInto(text.slice(end), bytes().subarray(ptr + end, ptr + room)).written;
  }
  vectorLength = end;
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
