// A host that keeps a view across a call: what nogrow has to report if `take` can grow the memory.
export async function fill(bytes, imports) {
  const { instance } = await WebAssembly.instantiate(bytes, imports);
  const { take, memory } = instance.exports;
  const view = new Uint8Array(memory.buffer);
  const start = take(1048576);
  view[start] = 1;
}
