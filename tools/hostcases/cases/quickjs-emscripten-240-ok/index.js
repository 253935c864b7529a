// The object makes its view again when the heap's buffer has changed.
import { newPointerArray } from "./memory.js";

export class Context {
  constructor(Module) {
    this.Module = Module;
  }
  newPromise() {
    const out = newPointerArray(this.Module, 2);
    const promise = this.Module._work(out.ptr, 8);
    const [resolve, reject] = out.typedArray;
    return { promise, resolve, reject };
  }
}
