// A helper gets a heap view as an argument, allocates, and writes through the argument.
// Bug: emscripten-core/emscripten#5058 (8d813ea2). Fix: allocation and copying are two functions; the second gets the view.
export function createCache(Module) {
  const cache = {
    buffer: 0,
    size: 0,
    position: 0,
    alloc(array, view) {
      const bytes = array.length * view.BYTES_PER_ELEMENT;
      if (cache.position + bytes > cache.size) {
        cache.size = 2 * bytes;
        cache.buffer = Module._malloc(cache.size);
        cache.position = 0;
      }
      const at = cache.buffer + cache.position;
      cache.position += bytes;
      for (let i = 0; i < array.length; i++) {
        view[at / view.BYTES_PER_ELEMENT + i] = array[i]; // expect: finding
      }
      return at;
    },
  };
  return (floats) => cache.alloc(floats, Module.HEAPF32);
}
