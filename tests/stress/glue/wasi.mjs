// Run a reactor with the WASI of Node.
//
// Usage: node wasi.mjs WASM OUTPUT
import { closeSync, openSync, readFileSync } from "node:fs";
import { WASI } from "node:wasi";

const [wasm, output] = process.argv.slice(2);
const stdout = openSync(output, "w");
const wasi = new WASI({ version: "preview1", stdout });
const { instance } = await WebAssembly.instantiate(readFileSync(wasm), wasi.getImportObject());
wasi.initialize(instance);
const kept = new Uint8Array(instance.exports.memory.buffer);
instance.exports.take(0);
const isKept = kept.length > 0;
for (let i = 0; i < 20; i++) instance.exports.take(20);
closeSync(stdout);
console.log(JSON.stringify({ result: readFileSync(output, "utf-8"), isKept }));
