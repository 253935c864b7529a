// These tests use a shared memory, whose growth detaches nothing but keeps the length of a plain buffer.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";

import { liveViews } from "../index.mjs";
import { KINDS, PAGE, withoutResizable, wrongKinds } from "../support/kinds.mjs";

const shared = () => new WebAssembly.Memory({ initial: 1, maximum: 9, shared: true });

/** Let another thread grow the memory by each number of pages, and call `check` after each. */
async function grownElsewhere(memory, growths, check) {
  const worker = new Worker(new URL("../support/grower.mjs", import.meta.url), { workerData: memory });
  try {
    for (const pages of growths) {
      worker.postMessage(pages);
      await once(worker, "message");
      check();
    }
  } finally {
    await worker.terminate();
  }
}

test("the length is valid after growth, unlike that of a kept view", () => {
  const memory = shared();
  const views = liveViews(memory);
  const kept = views.u8;
  for (const pages of [1, 0, 3]) {
    memory.grow(pages);
    assert.deepEqual(wrongKinds(views, memory), []);
  }
  assert.deepEqual([kept.length, views.u8.length], [PAGE, 5 * PAGE]);
});

test("a view is the same object until the memory grows", () => {
  const views = liveViews(shared());
  assert.equal(views.i32, views.i32);
  assert.equal(views.dv, views.dv);
});

for (const options of [{}, { resizable: true }]) {
  const request = options.resizable ? "asked for a resizable buffer" : "by default";
  test(`a growth by another thread is seen, ${request}`, async () => {
    const memory = shared();
    const views = liveViews(memory, options);
    let total = 1;
    assert.equal(views.u8.length, PAGE);
    await grownElsewhere(memory, [1, 0, 2], () => {
      total = memory.buffer.byteLength / PAGE;
      assert.deepEqual(wrongKinds(views, memory), []);
      assert.deepEqual(wrongKinds(views.fixed, memory), []);
    });
    assert.equal(total, 4);
  });
}

test("fixed views of a shared memory are shared", () => {
  const memory = shared();
  const { fixed } = liveViews(memory);
  memory.grow(1);
  assert.deepEqual(wrongKinds(fixed, memory), []);
  assert.ok(fixed.u8.buffer instanceof SharedArrayBuffer);
});

test("a slice of a shared view is not shared", () => {
  assert.ok(liveViews(shared()).u8.slice(0, 4).buffer instanceof ArrayBuffer);
});

test("views of a growable buffer grow with it", { skip: withoutResizable }, () => {
  const memory = shared();
  const views = liveViews(memory, { resizable: true });
  const kept = views.u8;
  assert.ok(kept.buffer.growable);
  memory.grow(1);
  assert.equal(kept.length, 2 * PAGE);
  const old = views.fixed.u8;
  assert.equal(old.buffer.growable, false);
  memory.grow(1);
  assert.deepEqual([old.length, views.fixed.u8.length], [2 * PAGE, 3 * PAGE]);
  assert.deepEqual(Object.keys(KINDS).filter((name) => views[name].byteLength !== 3 * PAGE), []);
  assert.equal(views.u8, kept);
});
