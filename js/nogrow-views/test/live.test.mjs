// These tests use a plain memory, whose buffer is detached by growth.

import assert from "node:assert/strict";
import { test } from "node:test";

import { liveViews } from "../index.mjs";
import { KINDS, PAGE, withoutResizable, wrongKinds } from "../support/kinds.mjs";

for (const pages of [0, 1, 3]) {
  test(`every kind of view is right after a growth by ${pages} pages`, () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const views = liveViews(memory);
    assert.deepEqual(wrongKinds(views, memory), []);
    memory.grow(pages);
    assert.deepEqual(wrongKinds(views, memory), []);
    assert.equal(views.u8.length, (1 + pages) * PAGE);
  });
}

for (const name of Object.keys(KINDS)) {
  test(`${name} is right when it is the first to be read after a growth`, () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const views = liveViews(memory);
    assert.equal(views[name].byteLength, PAGE);
    memory.grow(1);
    assert.equal(views[name].byteLength, 2 * PAGE);
  });

  test(`${name} is the same object while nothing grows`, () => {
    const views = liveViews(new WebAssembly.Memory({ initial: 1 }));
    const view = views[name];
    assert.equal(views.u8.byteLength + views.dv.byteLength, 2 * PAGE);
    assert.equal(views[name], view);
  });
}

test("data is the same after growth", () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const views = liveViews(memory);
  views.dv.setUint32(4, 0x01020304, true);
  memory.grow(1);
  assert.deepEqual([...views.u8.subarray(4, 8)], [4, 3, 2, 1]);
  assert.equal(views.i32[1], 0x01020304);
});

test("failed growth keeps the views", () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const views = liveViews(memory);
  const view = views.u8;
  assert.throws(() => memory.grow(1), RangeError);
  assert.equal(views.u8, view);
  memory.grow(0);
  assert.notEqual(views.u8, view);
  assert.deepEqual(wrongKinds(views, memory), []);
});

test("a memory can start with 0 pages", () => {
  const memory = new WebAssembly.Memory({ initial: 0 });
  const views = liveViews(memory);
  const view = views.u8;
  assert.equal(view.length, 0);
  assert.equal(views.u8, view);
  memory.grow(1);
  assert.deepEqual(wrongKinds(views, memory), []);
});

test("views follow many growths", () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const views = liveViews(memory);
  for (let pages = 2; pages <= 100; pages++) {
    memory.grow(1);
    views.u8[pages * PAGE - 1] = pages;
    assert.equal(views.u8[pages * PAGE - 1], pages);
  }
});

test("by default the buffer is unchanged", () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 });
  const kept = new Uint8Array(memory.buffer);
  assert.equal(liveViews(memory).u8.buffer, kept.buffer);
  assert.equal(kept.length, PAGE);
});

test("fixed views are valid after growth", () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { fixed } = liveViews(memory);
  assert.deepEqual(wrongKinds(fixed, memory), []);
  memory.grow(1);
  assert.deepEqual(wrongKinds(fixed, memory), []);
  assert.equal(fixed.u8, fixed.u8);
});

test("views of a 64-bit memory follow growth", (context) => {
  let memory;
  try {
    memory = new WebAssembly.Memory({ initial: 1n, maximum: 4n, address: "i64" });
  } catch {
    return context.skip(`${process.version} has no 64-bit memories`);
  }
  const views = liveViews(memory);
  assert.equal(views.u8.length, PAGE);
  assert.equal(memory.grow(2n), 1n);
  assert.deepEqual(wrongKinds(views, memory), []);
  assert.equal(views.u8.length, 3 * PAGE);
});

test("f16 exists if the engine supports it", () => {
  const views = liveViews(new WebAssembly.Memory({ initial: 1 }));
  assert.equal(views.f16?.constructor, globalThis.Float16Array);
});

for (const wrong of [undefined, null, {}, new ArrayBuffer(8), WebAssembly.Memory]) {
  test(`${wrong === null ? wrong : typeof wrong} is not a memory`, () => {
    assert.throws(() => liveViews(wrong), /^TypeError: not a WebAssembly.Memory$/);
  });
}

test("other code can make the buffer resizable and fixed", { skip: withoutResizable }, () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 9 });
  const views = liveViews(memory);
  const steps = ["toResizableBuffer", "toFixedLengthBuffer", "toResizableBuffer"];
  for (const step of steps) {
    assert.equal(views.u8.length, memory.buffer.byteLength);
    memory[step]();
    assert.deepEqual(wrongKinds(views, memory), [], step);
    memory.grow(1);
    assert.deepEqual(wrongKinds(views, memory), [], step);
  }
});
