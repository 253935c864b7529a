// module: callback.wat
// The fields become functions that make a view.
import { Memory } from "./memory.js";

export class Runtime {
  constructor() {
    this.texts = [];
  }
  setInstance(instance) {
    this.memory = new Memory(instance.exports);
  }
  get imports() {
    return {
      env: {
        callback: (ptr, length) => {
          const header = this.memory.readUint32(ptr);
          const bytes = this.memory.bytes().subarray(ptr, ptr + length);
          this.texts.push(String.fromCharCode(...bytes));
          return header;
        },
      },
    };
  }
}
