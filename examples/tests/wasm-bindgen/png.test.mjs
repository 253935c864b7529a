import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

// In a project in Rust, `wasm-pack build --target web` writes such a module to pkg/.
import { decode, encode, initSync } from "@jsquash/png/codec/pkg/squoosh_png.js";

const guest = process.env.GUEST ?? "node_modules/@jsquash/png/codec/pkg/squoosh_png_bg.wasm";
const { memory } = initSync(readFileSync(guest));
const pixels = new Uint8ClampedArray(64).fill(255);

test("a picture stays the same", () => {
  assert.deepEqual(decode(encode(pixels, 4, 4, 8)).data, pixels);
});

test("with a kept view", () => {
  const view = new Uint8Array(memory.buffer);
  encode(pixels, 4, 4, 8);
  assert.equal(view.subarray(0, 4).length, 4);
});
