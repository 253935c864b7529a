// module: callback.wat
// Two modules: a view of the first one's memory is held while the second one runs, whose import allocates in the first.
// Bug: ajrcarey/pdfium-render#261. Fix: the bytes are copied first.
export function link(module) {
  const app = new WebAssembly.Instance(module, { env: { callback: () => 0 } });
  const pdfium = new WebAssembly.Instance(module, {
    env: { callback: (size) => app.exports.malloc(size) },
  });
  function save(ptr, size) {
    const source = new Uint8Array(app.exports.memory.buffer, ptr, size);
    const target = pdfium.exports.call(size, 0);
    new Uint8Array(pdfium.exports.memory.buffer).set(source, target); // expect: finding
    return target;
  }
  return { app, pdfium, save };
}
