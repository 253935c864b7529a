// A helper of another file returns an object with pointer and view; the caller passes the pointer, then reads the view.
// Bug: justjake/quickjs-emscripten#240. Fix: the object makes its view again when the heap's buffer has changed.
import { newPointerArray } from "./memory.js";

export class Context {
  constructor(Module) {
    this.Module = Module;
  }
  newPromise() {
    const out = newPointerArray(this.Module, 2);
    const promise = this.Module._work(out.ptr, 8);
    const [resolve, reject] = out.typedArray; // expect: finding
    return { promise, resolve, reject };
  }
}
