// needs: module
// The view is made again after the export that can grow the memory.
export function mixed(wasm, ptr, size) {
  let bytes = new Uint8Array(wasm.exports.memory.buffer, ptr, size);
  let total = wasm.exports.peek(ptr);
  total += bytes[1];
  total += wasm.exports.run();
  bytes = new Uint8Array(wasm.exports.memory.buffer, ptr, size);
  total += bytes[2];
  return total;
}
