// module: callback.wat
// Right: the form of Go's glue. A DataView is kept; the guest announces growth by an import, before it uses any other.
export class Go {
  constructor() {
    this.importObject = {
      env: {
        callback: (at, length) => {
          this.mem = new DataView(this.inst.exports.memory.buffer);
          return this.store(at, length);
        },
      },
    };
  }
  store(at, length) {
    this.mem.setUint32(at, length, true);
    const slice = new Uint8Array(this.inst.exports.memory.buffer, at, 4);
    return slice[0];
  }
  run(instance) {
    this.inst = instance;
    this.mem = new DataView(instance.exports.memory.buffer);
    return instance.exports.call(64, 9);
  }
}
