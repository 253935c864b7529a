// Right: what is kept across the call is a copy, however it is made.
export function copies(wasm, ptr, size) {
  const view = new Uint8Array(wasm.memory.buffer, ptr, size);
  const one = view.slice();
  const two = Uint8Array.from(view);
  const three = new Uint8Array(view);
  const four = [...view];
  const five = wasm.memory.buffer.slice(ptr, ptr + size);
  wasm.run();
  return one[0] + two[0] + three[0] + four[0] + new Uint8Array(five)[0];
}
