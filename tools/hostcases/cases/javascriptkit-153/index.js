// module: callback.wat
// A class of its own file holds views as fields and wraps them in methods; imports of the runtime use both.
// Bug: swiftwasm/JavaScriptKit#153 (16eaaa45). Fix: the fields become functions that make a view.
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
          const bytes = this.memory.bytes.subarray(ptr, ptr + length); // expect: finding
          this.texts.push(String.fromCharCode(...bytes));
          return header;
        },
      },
    };
  }
}
