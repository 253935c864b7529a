// module: two_callbacks.wat
// The views are renewed only by an import that the guest is expected to call when it has grown; its allocator does not.
// Bug: dcodeIO/webassembly#19. Fix: the views are compared with the memory before they are used.
export function load(module) {
  const env = { lines: [] };
  function updateViews() {
    env.U8 = new Uint8Array(env.memory.buffer);
    env.U32 = new Uint32Array(env.memory.buffer);
    return 0;
  }
  function log(ptr, length) {
    const bytes = env.U8.subarray(ptr, ptr + length); // expect: finding
    env.lines.push(String.fromCharCode(...bytes));
    return bytes.length;
  }
  const instance = new WebAssembly.Instance(module, { env: { callback: log, other: updateViews } });
  env.memory = instance.exports.memory;
  updateViews();
  return { exports: instance.exports, env };
}
