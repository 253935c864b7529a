// This module has small guests for the tests, as text and as binary; a test of the project compares the two.

/*
(module
  (import "host" "call" (func $call))
  (memory (export "memory") 1 20)
  (global (export "seven") i32 (i32.const 7))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "swap") (param i32 i32) (result i32 i32) (local.get 1) (local.get 0))
  (func (export "call") (call $call))
  (func (export "grow, call, grow")
    (drop (memory.grow (i32.const 1))) (call $call) (drop (memory.grow (i32.const 2))))
  (func (export "grow, trap") (drop (memory.grow (i32.const 1))) (unreachable)))
*/
export const GUEST = assembled(
  "AGFzbQEAAAABEANgAABgAX8Bf2ACf38Cf38CDQEEaG9zdARjYWxsAAADBgUBAgAAAAUEAQEBFAYGAX8AQQcLB0cHBm1lbW9yeQIA" +
  "BXNldmVuAwAEZ3JvdwABBHN3YXAAAgRjYWxsAAMQZ3JvdywgY2FsbCwgZ3JvdwAECmdyb3csIHRyYXAABQosBQYAIABAAAsGACAB" +
  "IAALBAAQAAsOAEEBQAAaEABBAkAAGgsIAEEBQAAaAAsADgRuYW1lAQcBAARjYWxs",
);

/*
(module
  (import "host" "memory" (memory 1 20))
  (export "also" (memory 0))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))
*/
export const BORROWER = assembled(
  "AGFzbQEAAAABBgFgAX8BfwIRAQRob3N0Bm1lbW9yeQIBARQDAgEABw8CBGFsc28CAARncm93AAAKCAEGACAAQAAL",
);

/*
(module
  (import "host" "memory" (memory 1 20 shared))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))
*/
export const SHARER = assembled(
  "AGFzbQEAAAABBgFgAX8BfwIRAQRob3N0Bm1lbW9yeQIDARQDAgEABwgBBGdyb3cAAAoIAQYAIABAAAs=",
);

/** Return an instance of the module that imports `call` and `memory`. */
export function instantiate(module, call = () => {}, memory = undefined) {
  return new WebAssembly.Instance(module, { host: { call, memory } });
}

function assembled(text) {
  return new WebAssembly.Module(Buffer.from(text, "base64"));
}
