// A file system keeps a subarray of the heap as the content of a file, where the caller gives the bytes away.
// Bug: emscripten-core/emscripten#7142 (ec764ace). Fix: the bytes are copied, always.
export function createFileSystem(Module) {
  const nodes = new Map();
  return {
    write(name, buffer, offset, length, canOwn) {
      const end = offset + length;
      nodes.set(name, { contents: canOwn ? buffer.subarray(offset, end) : buffer.slice(offset, end) });
    },
    preload(name, bytes) {
      const ptr = Module._malloc(bytes.length);
      Module.HEAPU8.set(bytes, ptr);
      this.write(name, Module.HEAPU8, ptr, bytes.length, true);
    },
    read(name, position) {
      const node = nodes.get(name);
      return node.contents[position]; // expect: finding
    },
  };
}
