// needs: module
// Right with the module at hand: the export that is called between cannot grow the memory.
export function sum(wasm, ptr, size) {
  const bytes = new Uint8Array(wasm.exports.memory.buffer, ptr, size);
  let total = wasm.exports.peek(ptr);
  for (let i = 1; i < size; i++) total += bytes[i] + wasm.exports.peek(ptr + i);
  return total;
}
