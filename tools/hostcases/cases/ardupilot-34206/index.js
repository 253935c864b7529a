// module: callback.wat
// The glue renews its own views, but exports HEAPU8 as a property of the module object only once.
// Bug: ArduPilot/ardupilot#34206 (found in review). Fix: the property is renewed together with the views.
import { Module } from "./glue.js";

export { load } from "./glue.js";

export function send(message) {
  const ptr = Module._malloc(message.length);
  Module.HEAPU8.set(message, ptr); // expect: finding
  return Module._peek(ptr);
}
