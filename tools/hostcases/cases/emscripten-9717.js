// A package is copied into the heap, and its files are subarrays of it in a list; then another allocation follows.
// Bug: emscripten-core/emscripten#9717. Fix: with memory growth the files are parts of the package outside the heap.
export function unpack(Module, archive, entries) {
  const base = Module._malloc(archive.length);
  Module.HEAPU8.set(archive, base);
  const files = entries.map(({ name, start, end }) => {
    return { name, bytes: Module.HEAPU8.subarray(base + start, base + end) };
  });
  const index = Module._malloc(4 * files.length);
  const firsts = [];
  for (const file of files) {
    firsts.push(file.bytes[0]); // expect: finding
  }
  return { index, firsts };
}
