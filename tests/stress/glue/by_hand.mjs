// Pass strings to a guest without glue, as careful hosts do: with a new view after each call.
//
// Usage: node by_hand.mjs WASM
import { readFileSync } from "node:fs";

let exports;
const bytes = (start, length) => new Uint8Array(exports.memory.buffer, start, length);
const host = { tell: (start, length) => new TextDecoder().decode(bytes(start, length)).length };
({ exports } = (await WebAssembly.instantiate(readFileSync(process.argv[2]), { host })).instance);

const kept = new Uint8Array(exports.memory.buffer);
exports.allocate(1);
// The first allocation of some allocators takes a page.
const pages = exports.memory.buffer.byteLength / 65_536;
let sum = 0;
for (let i = 0; i < 200; i++) {
  const text = new TextEncoder().encode(Array.from({ length: 20 }, (_, k) => `wörd${i * k}`).join(" "));
  const start = exports.allocate(text.length);
  bytes(start, text.length).set(text);
  sum += exports.add(start, text.length);
  exports.release(start, text.length);
}
const result = [pages, sum, exports.digest() >>> 0, exports.memory.buffer.byteLength];
console.log(JSON.stringify({ result, isKept: kept.length > 0 }));
