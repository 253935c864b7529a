// module: two_callbacks.wat
// The views are compared with the memory before they are used.
export function load(module) {
  const env = { lines: [] };
  function updateViews() {
    env.U8 = new Uint8Array(env.memory.buffer);
    env.U32 = new Uint32Array(env.memory.buffer);
    return 0;
  }
  function log(ptr, length) {
    if (env.U8.buffer !== env.memory.buffer) updateViews();
    const bytes = env.U8.subarray(ptr, ptr + length);
    env.lines.push(String.fromCharCode(...bytes));
    return bytes.length;
  }
  const instance = new WebAssembly.Instance(module, { env: { callback: log, other: updateViews } });
  env.memory = instance.exports.memory;
  updateViews();
  return { exports: instance.exports, env };
}
