// Right: the queue copies what it is given before it returns, and each view is made for one call (apache/tvm#20165).
export function upload(Module, device, chunks) {
  const buffer = device.createBuffer({ size: 64, usage: 8 });
  let offset = 0;
  for (const chunk of chunks) {
    const ptr = Module._malloc(chunk.length);
    Module.HEAPU8.set(chunk, ptr);
    device.queue.writeBuffer(buffer, offset, Module.HEAPU8.subarray(ptr, ptr + chunk.length));
    offset += chunk.length;
    Module._free(ptr);
  }
  return offset;
}
