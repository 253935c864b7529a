// module: callback.wat
// A function compares the buffer before it returns the view.
import { lowerPair } from "./intrinsics.js";

export { readPair } from "./intrinsics.js";

export function instantiate(module, host) {
  let exports;
  const instance = new WebAssembly.Instance(module, {
    env: {
      callback: (argument, result) => lowerPair(exports.memory, host(argument), result),
    },
  });
  ({ exports } = instance);
  return { run: (value, result) => exports.call(value, result), exports };
}
