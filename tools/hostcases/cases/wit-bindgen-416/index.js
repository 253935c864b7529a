// module: callback.wat
// Generated code binds one DataView for each memory; arrow functions of another file, re-exported here, write with it.
// Bug: bytecodealliance/wit-bindgen#416 (found in review). Fix: a function compares the buffer before it returns the view.
import { lowerPair, setView } from "./intrinsics.js";

export { readPair } from "./intrinsics.js";

export function instantiate(module, host) {
  let exports;
  const instance = new WebAssembly.Instance(module, {
    env: {
      callback: (argument, result) => lowerPair(host(argument), result),
    },
  });
  ({ exports } = instance);
  setView(new DataView(exports.memory.buffer));
  return { run: (value, result) => exports.call(value, result), exports };
}
