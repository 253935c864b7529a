// The buffer is read after the allocation.
const table = new Map();
export function view(wasm, ptr, length) {
  const slot = wasm.malloc(4);
  table.set(slot, length);
  const { buffer } = wasm.memory;
  return new Uint8Array(buffer, ptr, length);
}
