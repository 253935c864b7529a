export class WasmBase {
  store = {};

  getImports() {
    return {
      env: {
        callback: (at, size) => {
          const data = this.getMemorySlice(at, at + size);
          this.store[size] = data;
          return size;
        },
      },
    };
  }
  call(name, ...parameters) {
    return this.instance.exports[name](...parameters) >>> 0;
  }
  getMemory() {
    return new Uint8Array(this.memory.buffer);
  }
  getMemorySlice(start, end) {
    return this.getMemory().subarray(start, end).slice();
  }
  writeMemory(at, bytes) {
    const memory = this.getMemory();
    memory.set(bytes, at);
    return bytes.length;
  }
}
