// Not a view but the buffer is kept while a table entry is allocated for it; the view made of it then throws.
// Bug: wasm-bindgen/wasm-bindgen#4395. Fix: the buffer is read after the allocation.
const table = new Map();
export function view(wasm, ptr, length) {
  const { buffer } = wasm.memory;
  const slot = wasm.malloc(4);
  table.set(slot, length);
  return new Uint8Array(buffer, ptr, length); // expect: finding
}
