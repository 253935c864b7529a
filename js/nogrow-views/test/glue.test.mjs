// These tests check that generated host code renews its views under stress, as it does after a growth.

import assert from "node:assert/strict";
import { test } from "node:test";

process.env.NOGROW_STRESS = "quiet";
await import("../register.mjs");
const { stress } = await import("../index.mjs");
const { FIXED, GROWN_BY_HOST, MINIFIED, NOTIFIER, OF_GO } = await import("../support/guests.mjs");

const PAGE = 65536;

/** Emscripten's glue, as far as it matters: it renews `heap` only when it grows the memory itself. */
class Glue {
  renewals = 0;
  sizes = [];

  attach(memory) {
    this.memory = memory;
    this.renew();
  }

  renew() {
    this.heap = new Uint8Array(this.memory.buffer);
    this.renewals++;
  }

  grower() {
    const glue = this;
    const growMemory = (size) => {
      const pages = (size - glue.memory.buffer.byteLength + 65535) >>> 16;
      glue.memory.grow(pages);
      glue.renew();
      return 1;
    };
    return function _emscripten_resize_heap(requestedSize) {
      glue.sizes.push(requestedSize);
      return growMemory(Math.min(requestedSize * 1.2, requestedSize + 100663296));
    };
  }
}

test("Emscripten's glue is asked to grow, and the memory stays as it is", () => {
  const glue = new Glue();
  const imports = { env: { emscripten_resize_heap: glue.grower() } };
  const { exports } = new WebAssembly.Instance(GROWN_BY_HOST, imports);
  glue.attach(exports.memory);
  const kept = glue.heap;
  exports.work();
  exports.work();
  assert.equal(kept.length, 0);
  assert.equal(glue.heap.length, PAGE);
  assert.equal(glue.renewals, 3);
  assert.deepEqual(glue.sizes, [2 * PAGE, 2 * PAGE]);
  assert.throws(() => kept.slice(), /; the export "work" detached this view of the memory "memory"/);
  assert.equal(exports.memory.grow(1), 1);
});

test("stress() asks the glue if it gets the imports", () => {
  const glue = new Glue();
  const imports = { env: { emscripten_resize_heap: glue.grower() } };
  const exports = stress(new WebAssembly.Instance(GROWN_BY_HOST, imports), { imports });
  glue.attach(exports.memory);
  exports.work();
  assert.equal(glue.heap.length, PAGE);
});

test("in a minified build, the text of the function tells that it grows", () => {
  const glue = new Glue();
  const grow = glue.grower();
  const grower = (size) => Math.min(size, 100663296) && grow(size);
  const { exports } = new WebAssembly.Instance(MINIFIED, { a: { a() {}, b: grower } });
  glue.attach(exports.c);
  const kept = glue.heap;
  exports.d();
  assert.equal(kept.length, 0);
  assert.equal(glue.heap.length, PAGE);
});

test("a minified build without a known function that grows is left alone", () => {
  const { exports } = new WebAssembly.Instance(MINIFIED, { a: { a() {}, b: () => 0 } });
  const kept = new Uint8Array(exports.c.buffer);
  exports.d();
  assert.equal(kept.length, PAGE);
});

test("a function that aborts is not called", async () => {
  const emscripten_resize_heap = () => {
    throw new WebAssembly.RuntimeError("abortOnCannotGrowMemory");
  };
  const { exports } = new WebAssembly.Instance(FIXED, { env: { emscripten_resize_heap } });
  const kept = new Uint8Array(exports.memory.buffer);
  exports.work();
  assert.equal(kept.length, PAGE);
});

for (const [name, module, glueImports] of [
  ["Emscripten's standalone build", NOTIFIER, (tell) => ({ env: { emscripten_notify_memory_growth: tell } })],
  ["Go", OF_GO, (tell) => ({ gojs: { "runtime.resetMemoryDataView": tell } })],
]) {
  test(`${name} is told of the growth`, () => {
    const glue = new Glue();
    const told = [];
    const tell = (index) => {
      told.push(index);
      glue.renew();
    };
    const { exports } = new WebAssembly.Instance(module, glueImports(tell));
    glue.attach(exports.memory ?? exports.mem);
    const kept = glue.heap;
    (exports.work ?? exports.run)();
    assert.deepEqual(told, [0]);
    assert.equal(kept.length, 0);
    assert.equal(glue.heap.length, PAGE);
  });
}

test("glue that asks whether its view is detached works", () => {
  // wasm-bindgen compares lengths or buffers, and AssemblyScript catches the error.
  const imports = { env: { emscripten_notify_memory_growth() {} } };
  const { exports } = new WebAssembly.Instance(NOTIFIER, imports);
  let bytes = new Uint8Array(exports.memory.buffer);
  let data = new DataView(exports.memory.buffer);
  exports.work();
  if (bytes.byteLength === 0) {
    bytes = new Uint8Array(exports.memory.buffer);
  }
  try {
    data.setUint32(0, 1, true);
  } catch {
    data = new DataView(exports.memory.buffer);
    data.setUint32(0, 1, true);
  }
  assert.equal(bytes[0], 1);
});
