// The bytes are copied, always.
export function createFileSystem(Module) {
  const nodes = new Map();
  return {
    write(name, buffer, offset, length) {
      nodes.set(name, { contents: buffer.slice(offset, offset + length) });
    },
    preload(name, bytes) {
      const ptr = Module._malloc(bytes.length);
      Module.HEAPU8.set(bytes, ptr);
      this.write(name, Module.HEAPU8, ptr, bytes.length);
    },
    read(name, position) {
      const node = nodes.get(name);
      return node.contents[position];
    },
  };
}
