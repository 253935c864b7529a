// module: callback.wat
// The property is renewed together with the views.
import { Module } from "./glue.js";

export { load } from "./glue.js";

export function send(message) {
  const ptr = Module._malloc(message.length);
  Module.HEAPU8.set(message, ptr);
  return Module._peek(ptr);
}
