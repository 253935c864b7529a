// These tests use a resizable buffer, or ask for one in an engine without support.

import assert from "node:assert/strict";
import { test } from "node:test";

import { liveViews } from "../index.mjs";
import { KINDS, PAGE, hasResizable, withoutResizable, wrongKinds } from "../support/kinds.mjs";

const skip = withoutResizable;
const bounded = (options) => new WebAssembly.Memory({ initial: 1, maximum: 4, ...options });

test("without engine support, the option has no effect", { skip: hasResizable && "this engine can" }, () => {
  const memory = bounded();
  const kept = new Uint8Array(memory.buffer);
  const views = liveViews(memory, { resizable: true });
  assert.equal(kept.length, PAGE);
  memory.grow(1);
  assert.deepEqual(wrongKinds(views, memory), []);
});

test("without a maximum, the option has no effect", () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const views = liveViews(memory, { resizable: true });
  assert.ok(!memory.buffer.resizable);
  memory.grow(1);
  assert.deepEqual(wrongKinds(views, memory), []);
});

test("each view grows with the memory", { skip }, () => {
  const memory = bounded();
  const views = liveViews(memory, { resizable: true });
  const kept = Object.fromEntries(Object.keys(KINDS).map((name) => [name, views[name]]));
  assert.ok(memory.buffer.resizable);
  for (const pages of [1, 0, 2]) {
    memory.grow(pages);
    assert.deepEqual(wrongKinds(views, memory), []);
    assert.deepEqual(wrongKinds(kept, memory), []);
  }
  assert.equal(kept.u8, views.u8);
});

test("views stay valid if other code makes the buffer fixed", { skip }, () => {
  const memory = bounded();
  const views = liveViews(memory, { resizable: true });
  views.u8[7] = 7;
  const kept = views.u8;
  memory.toFixedLengthBuffer();
  assert.equal(kept.length, 0);
  assert.equal(views.u8[7], 7);
  assert.deepEqual(wrongKinds(views, memory), []);
  memory.grow(1);
  assert.deepEqual(wrongKinds(views, memory), []);
});

for (const name of Object.keys(KINDS)) {
  test(`a fixed ${name} is not resizable, and the live views follow`, { skip }, () => {
    const memory = bounded();
    const views = liveViews(memory, { resizable: true });
    views.u8[0] = 9;
    const { fixed } = views;
    assert.ok(views.u8.buffer.resizable, "naming `fixed` changes nothing yet");
    assert.equal(fixed[name].buffer.resizable, false);
    assert.deepEqual(wrongKinds(fixed, memory), []);
    assert.deepEqual(wrongKinds(views, memory), []);
    assert.equal(views.u8[0], 9);
  });
}

test("a fixed view writes to the memory", { skip }, () => {
  const views = liveViews(bounded(), { resizable: true });
  const { written } = new TextEncoder().encodeInto("Ahoy", views.fixed.u8);
  assert.equal(new TextDecoder().decode(views.u8.slice(0, written)), "Ahoy");
});

test("fixed views stay fixed if other code makes the buffer resizable", { skip }, () => {
  const memory = bounded();
  const { fixed } = liveViews(memory);
  assert.equal(fixed.u8.length, PAGE);
  memory.toResizableBuffer();
  memory.grow(1);
  assert.equal(fixed.u8.buffer.resizable, false);
  assert.deepEqual(wrongKinds(fixed, memory), []);
});

test("a 64-bit memory can be resizable", { skip }, () => {
  const memory = new WebAssembly.Memory({ initial: 1n, maximum: 4n, address: "i64" });
  const kept = liveViews(memory, { resizable: true }).u8;
  memory.grow(2n);
  assert.equal(kept.length, 3 * PAGE);
});

test("a memory with 0 pages can be resizable", { skip }, () => {
  const memory = new WebAssembly.Memory({ initial: 0, maximum: 1 });
  const views = liveViews(memory, { resizable: true });
  const kept = views.u8;
  memory.grow(1);
  assert.equal(kept.length, PAGE);
  assert.equal(views.u8, kept);
});

test("a slice has a buffer of its own with a fixed length", { skip }, () => {
  const { u8 } = liveViews(bounded(), { resizable: true });
  assert.equal(u8.slice(0, 4).buffer.resizable, false);
});
