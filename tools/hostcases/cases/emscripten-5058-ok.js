// Allocation and copying are two functions; the second gets the view.
export function createCache(Module) {
  const cache = {
    buffer: 0,
    size: 0,
    position: 0,
    alloc(bytes) {
      if (cache.position + bytes > cache.size) {
        cache.size = 2 * bytes;
        cache.buffer = Module._malloc(cache.size);
        cache.position = 0;
      }
      const at = cache.buffer + cache.position;
      cache.position += bytes;
      return at;
    },
    copy(array, view, at) {
      for (let i = 0; i < array.length; i++) {
        view[at / view.BYTES_PER_ELEMENT + i] = array[i];
      }
    },
  };
  return (floats) => {
    const at = cache.alloc(floats.length * 4);
    cache.copy(floats, Module.HEAPF32, at);
    return at;
  };
}
