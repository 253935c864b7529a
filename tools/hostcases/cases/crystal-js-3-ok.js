// module: wasi.wat
// Each function makes the view again if its buffer has no bytes left.
let exports;
let view;
export const imports = {
  wasi_snapshot_preview1: {
    fd_write(fd, iovs, length, written) {
      if (view.buffer.byteLength === 0) view = new DataView(exports.memory.buffer);
      let total = 0;
      for (let i = 0; i < length; i++) {
        total += view.getUint32(iovs + i * 8 + 4, true);
      }
      view.setUint32(written, total, true);
      return 0;
    },
    random_get(ptr, length) {
      if (view.buffer.byteLength === 0) view = new DataView(exports.memory.buffer);
      new Uint8Array(view.buffer, ptr, length).fill(4);
      return 0;
    },
  },
};
export async function start(bytes) {
  const { instance } = await WebAssembly.instantiate(bytes, imports);
  ({ exports } = instance);
  view = new DataView(exports.memory.buffer);
  return instance;
}
