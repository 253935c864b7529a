// module: callback.wat
// Right: a view of one module's memory is used after a call of another module, which cannot reach the first one.
export function link(module) {
  const left = new WebAssembly.Instance(module, { env: { callback: () => 0 } });
  const right = new WebAssembly.Instance(module, { env: { callback: (a, b) => a + b } });
  function transfer(ptr, size) {
    const source = new Uint8Array(left.exports.memory.buffer, ptr, size);
    const target = right.exports.malloc(size);
    new Uint8Array(right.exports.memory.buffer).set(source, target);
    return target;
  }
  return { left, right, transfer };
}
