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

/*
(module
  (type $plain (func))
  (import "host" "call" (func $call))
  (memory (export "memory") 1 20)
  (table (export "table") 4 funcref)
  (elem (i32.const 0) func $idle $hidden)
  (global (export "reference") (mut funcref) (ref.func $hidden))
  (func $idle (export "idle") (export "alias"))
  (func $hidden)
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "trap") (unreachable))
  (func (export "call") (call $call))
  (func (export "grow") (drop (memory.grow (i32.const 1))))
  (func (export "grow and call") (drop (memory.grow (i32.const 1))) (call $call))
  (func (export "call element") (param i32) (call_indirect (type $plain) (local.get 0)))
  (func (export "call reference") (param funcref)
    (table.set (i32.const 3) (local.get 0)) (call_indirect (type $plain) (i32.const 3)))
  (func (export "give reference") (result funcref) (ref.func $hidden))
  (func (export "pass") (param externref) (result externref) (local.get 0)))
*/
export const REFERRER = assembled(
  "AGFzbQEAAAABGwZgAABgAn9/AX9gAX8AYAFwAGAAAXBgAW8BbwINAQRob3N0BGNhbGwAAAMMCwAAAQAAAAACAwQFBAQBcAAEBQQB" +
  "AQEUBgYBcAHSAgsHkAEOBm1lbW9yeQIABXRhYmxlAQAJcmVmZXJlbmNlAwAEaWRsZQABBWFsaWFzAAEDYWRkAAMEdHJhcAAEBGNh" +
  "bGwABQRncm93AAYNZ3JvdyBhbmQgY2FsbAAHDGNhbGwgZWxlbWVudAAIDmNhbGwgcmVmZXJlbmNlAAkOZ2l2ZSByZWZlcmVuY2UA" +
  "CgRwYXNzAAsJCAEAQQALAgECCkoLAgALAgALBwAgACABagsDAAALBAAQAAsHAEEBQAAaCwkAQQFAABoQAAsHACAAEQAACw0AQQMg" +
  "ACYAQQMRAAALBADSAgsEACAACwAmBG5hbWUBFQMABGNhbGwBBGlkbGUCBmhpZGRlbgQIAQAFcGxhaW4=",
);

/*
(module
  (import "env" "emscripten_resize_heap" (func (param i32) (result i32)))
  (memory (export "memory") 1 20)
  (func (export "work")))
*/
export const GROWN_BY_HOST = assembled(
  "AGFzbQEAAAABCQJgAX8Bf2AAAAIeAQNlbnYWZW1zY3JpcHRlbl9yZXNpemVfaGVhcAAAAwIBAQUEAQEBFAcRAgZtZW1vcnkCAAR3" +
  "b3JrAAEKBAECAAs=",
);

/*
(module
  (import "a" "a" (func))
  (import "a" "b" (func (param i32) (result i32)))
  (memory (export "c") 1 20)
  (func (export "d")))
*/
export const MINIFIED = assembled(
  "AGFzbQEAAAABCQJgAABgAX8BfwINAgFhAWEAAAFhAWIAAQMCAQAFBAEBARQHCQIBYwIAAWQAAgoEAQIACw==",
);

/*
(module
  (import "env" "emscripten_notify_memory_growth" (func (param i32)))
  (memory (export "memory") 1 20)
  (func (export "work")))
*/
export const NOTIFIER = assembled(
  "AGFzbQEAAAABCAJgAX8AYAAAAicBA2Vudh9lbXNjcmlwdGVuX25vdGlmeV9tZW1vcnlfZ3Jvd3RoAAADAgEBBQQBAQEUBxECBm1l" +
  "bW9yeQIABHdvcmsAAQoEAQIACw==",
);

/*
(module
  (import "gojs" "runtime.resetMemoryDataView" (func (param i32)))
  (memory (export "mem") 1 20)
  (func (export "run")))
*/
export const OF_GO = assembled(
  "AGFzbQEAAAABCAJgAX8AYAAAAiQBBGdvanMbcnVudGltZS5yZXNldE1lbW9yeURhdGFWaWV3AAADAgEBBQQBAQEUBw0CA21lbQIA" +
  "A3J1bgABCgQBAgAL",
);

/*
(module
  (import "env" "emscripten_resize_heap" (func (param i32) (result i32)))
  (memory (export "memory") 1 1)
  (func (export "work")))
*/
export const FIXED = assembled(
  "AGFzbQEAAAABCQJgAX8Bf2AAAAIeAQNlbnYWZW1zY3JpcHRlbl9yZXNpemVfaGVhcAAAAwIBAQUEAQEBAQcRAgZtZW1vcnkCAAR3" +
  "b3JrAAEKBAECAAs=",
);

/** Return an instance of the module that imports `call` and `memory`. */
export function instantiate(module, call = () => {}, memory = undefined) {
  return new WebAssembly.Instance(module, { host: { call, memory } });
}

function assembled(text) {
  return new WebAssembly.Module(Buffer.from(text, "base64"));
}
