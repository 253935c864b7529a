// These tests check that reading through live views allocates no objects.

import assert from "node:assert/strict";
import { PerformanceObserver, performance } from "node:perf_hooks";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";

import { liveViews } from "../index.mjs";

const READS = 1e6;

/** Return how often the garbage collector ran during a million calls of `read`. */
async function collections(read) {
  const started = [];
  const observer = new PerformanceObserver((list) => {
    started.push(...list.getEntries().map((entry) => entry.startTime));
  });
  observer.observe({ entryTypes: ["gc"] });
  const begin = performance.now();
  let total = 0;
  for (let count = 0; count < READS; count++) {
    total += read();
  }
  const end = performance.now();
  await setTimeout(50);
  observer.disconnect();
  assert.ok(total >= 0);
  return started.filter((time) => begin <= time && time <= end).length;
}

for (const [sort, options] of [
  ["plain", {}],
  ["shared", { maximum: 1, shared: true }],
]) {
  const memory = new WebAssembly.Memory({ initial: 1, ...options });
  const views = liveViews(memory);

  test(`reading views of a ${sort} memory keeps the collector idle`, async () => {
    assert.ok((await collections(() => views.u8[1] + views.i32[2] + views.dv.getUint16(4))) <= 1);
  });
}

test("making a view for each read allocates", async () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  assert.ok((await collections(() => new Uint8Array(memory.buffer)[1])) > 1);
});
