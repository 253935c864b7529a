// Run a Go program with the JavaScript that comes with Go.
//
// Usage: node go.mjs WASM_EXEC WASM
import { createHash } from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [glue, wasm] = process.argv.slice(2);
Object.assign(globalThis, { require: createRequire(import.meta.url), fs, path });
globalThis.require(glue);
const go = new globalThis.Go();
const { instance } = await WebAssembly.instantiate(fs.readFileSync(wasm), go.importObject);
const started = new Promise((resolve) => Object.assign(globalThis, { ready: resolve }));
go.run(instance);
const guest = await started;

const kept = new Uint8Array(instance.exports.mem.buffer);
guest.digest(new Uint8Array(1));
const isKept = kept.length > 0;
const hash = createHash("sha256");
for (let i = 0; i < 100; i++) {
  hash.update(String(guest.add(Array.from({ length: 40 }, (_, k) => `word${i * k} ü${k}`).join(" "))));
  hash.update(guest.digest(new Uint8Array(5000).fill(i)));
  if (i % 20 === 0) hash.update(guest.each((word) => guest.digest(new Uint8Array(100)).length + word.length));
}
console.log(JSON.stringify({ result: hash.digest("hex"), isKept }));
process.exit(0);
