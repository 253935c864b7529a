// needs: module
// Of the two exports that are called, one can grow the memory: the first use is right, the second is not.
export function mixed(wasm, ptr, size) {
  const bytes = new Uint8Array(wasm.exports.memory.buffer, ptr, size);
  let total = wasm.exports.peek(ptr);
  total += bytes[1];
  total += wasm.exports.run();
  total += bytes[2]; // expect: finding
  return total;
}
