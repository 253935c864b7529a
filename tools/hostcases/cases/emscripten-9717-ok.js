// With memory growth the files are parts of the package outside the heap.
export function unpack(Module, archive, entries) {
  const files = entries.map(({ name, start, end }) => {
    return { name, bytes: archive.subarray(start, end) };
  });
  const index = Module._malloc(4 * files.length);
  const firsts = [];
  for (const file of files) {
    firsts.push(file.bytes[0]);
  }
  return { index, firsts };
}
