// Right: Module.HEAPU8 is read after the allocation, in one expression, through a helper, and in a worker's handler.
// osamu620/OpenHTJ2K#277 replaced the first form by the second.
export function feed(Module, bytes) {
  const ptr = Module._malloc(bytes.length);
  Module.HEAPU8.set(bytes, ptr);
  return Module._peek(ptr);
}
function write(Module, bytes, ptr) {
  new Uint8Array(Module.HEAPU8.buffer).set(bytes, ptr);
}
export function feedWithHelper(Module, bytes) {
  const ptr = Module._malloc(bytes.length);
  write(Module, bytes, ptr);
  return Module._peek(ptr);
}
export function onMessage(Module, { data }, reply) {
  const ptr = Module._malloc(data.length);
  Module.HEAPU8.set(data, ptr);
  const result = Module._work(ptr, data.length);
  reply(Module.HEAPU8.slice(result, result + data.length));
}
