// module: wasi.wat
// Right: the form of browser_wasi_shim. Each function makes its views, and reads structures with a class of another file.
import { Iovec } from "./definitions.js";

export class Wasi {
  constructor() {
    this.output = [];
    this.importObject = {
      wasi_snapshot_preview1: {
        fd_write: (fd, iovs, length, written) => {
          const buffer = new DataView(this.instance.exports.memory.buffer);
          const bytes = new Uint8Array(this.instance.exports.memory.buffer);
          let total = 0;
          for (const iovec of Iovec.readArray(buffer, iovs, length)) {
            this.output.push(...bytes.slice(iovec.at, iovec.at + iovec.size));
            total += iovec.size;
          }
          buffer.setUint32(written, total, true);
          return 0;
        },
        random_get: (at, size) => {
          const bytes = new Uint8Array(this.instance.exports.memory.buffer).subarray(at, at + size);
          crypto.getRandomValues(new Uint8Array(4));
          for (let i = 0; i < size; i++) bytes[i] = (Math.random() * 256) | 0;
          return 0;
        },
      },
    };
  }
  start(instance) {
    this.instance = instance;
  }
}
