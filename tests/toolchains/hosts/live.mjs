// A host that creates its view after the call, as the advice says.
export async function fill(bytes, imports) {
  const { instance } = await WebAssembly.instantiate(bytes, imports);
  const { take, memory } = instance.exports;
  const start = take(1048576);
  const view = new Uint8Array(memory.buffer);
  view[start] = 1;
}
