// module: two_callbacks.wat
// Right: the form of bb.js. A base class in another file makes a view for each access; the derived class extends its imports.
import { WasmBase } from "./base.js";

export class WasmMain extends WasmBase {
  init(module) {
    this.instance = new WebAssembly.Instance(module, this.getImports());
    this.memory = this.instance.exports.memory;
  }
  getImports() {
    const { env } = super.getImports();
    return {
      env: { ...env, other: (key, at) => this.writeMemory(at, this.store[key]) },
    };
  }
  round(key, at, size) {
    this.call("call", at, size);
    this.call("call_other", key, at + size);
    return this.getMemorySlice(at, at + 2 * size);
  }
}
