// Right: chunks of a stream are read, then written with a view that is made after the allocation, in a loop with await.
export async function load(wasm, response) {
  const reader = response.body.getReader();
  const parts = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const ptr = wasm.malloc(value.length);
    new Uint8Array(wasm.memory.buffer, ptr, value.length).set(value);
    parts.push(ptr);
  }
  const bytes = new Uint8Array(wasm.memory.buffer);
  return parts.map((ptr) => bytes[ptr]);
}
