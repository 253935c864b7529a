// These tests check which export the guard reports, and that it changes nothing else.

import assert from "node:assert/strict";
import { test } from "node:test";

import { guard, liveViews } from "../index.mjs";
import { BORROWER, GUEST, SHARER, instantiate } from "../support/guests.mjs";
import { withoutResizable } from "../support/kinds.mjs";

/** Return guarded exports and the list of the growths so far, each as a line. */
function guarded(module, { call, memory, memories } = {}) {
  const reports = [];
  const onGrow = ({ exportName, memoryName, pagesBefore, pagesAfter }) =>
    reports.push(`${exportName}: ${memoryName} ${pagesBefore} -> ${pagesAfter}`);
  const exports = guard(instantiate(module, () => call(exports), memory), { onGrow, memories });
  return { exports, reports };
}

for (const options of [undefined, {}, { enabled: false, onGrow() {} }, { enabled: true }]) {
  test(`off, the exports are the instance's own: ${JSON.stringify(options)}`, () => {
    const instance = instantiate(GUEST);
    assert.equal(guard(instance, options), instance.exports);
  });
}

test("growth is reported with export, memory and pages", () => {
  const { exports, reports } = guarded(GUEST);
  assert.equal(exports.grow(2), 1);
  assert.deepEqual(reports, ["grow: memory 1 -> 3"]);
  exports.grow(1);
  assert.deepEqual(reports, ["grow: memory 1 -> 3", "grow: memory 3 -> 4"]);
});

test("growth by 0 pages is reported, because it detaches views", () => {
  const { exports, reports } = guarded(GUEST);
  exports.grow(0);
  assert.deepEqual(reports, ["grow: memory 1 -> 1"]);
});

test("failed growth is not reported", () => {
  const { exports, reports } = guarded(GUEST);
  assert.equal(exports.grow(100), -1);
  assert.deepEqual(reports, []);
});

test("arguments and results are unchanged", () => {
  const { exports, reports } = guarded(GUEST);
  assert.deepEqual(exports.swap(1, 2), [2, 1]);
  assert.deepEqual(reports, []);
});

test("exports that are not functions are unchanged", () => {
  const instance = instantiate(GUEST);
  const exports = guard(instance, { onGrow() {} });
  assert.deepEqual(Object.keys(exports), Object.keys(instance.exports));
  assert.equal(exports.memory, instance.exports.memory);
  assert.equal(exports.seven, instance.exports.seven);
  assert.equal(exports.grow, exports.grow);
});

test("growth before a trap is reported, and the trap is thrown", () => {
  const { exports, reports } = guarded(GUEST);
  assert.throws(() => exports["grow, trap"](), WebAssembly.RuntimeError);
  exports.swap(1, 2);
  assert.deepEqual(reports, ["grow, trap: memory 1 -> 2"]);
});

test("each of two nested exports is reported once", () => {
  const { exports, reports } = guarded(GUEST, { call: (exports) => exports.grow(5) });
  exports["grow, call, grow"]();
  assert.deepEqual(reports, [
    "grow, call, grow: memory 1 -> 2",
    "grow: memory 2 -> 7",
    "grow, call, grow: memory 7 -> 9",
  ]);
});

test("an export is not reported for growth in a nested one", () => {
  const { exports, reports } = guarded(GUEST, { call: (exports) => exports.grow(1) });
  exports.call();
  assert.deepEqual(reports, ["grow: memory 1 -> 2"]);
});

test("after a nested trap, growth belongs to the outer export", () => {
  const nested = (exports) => assert.throws(() => exports["grow, trap"]());
  const { exports, reports } = guarded(GUEST, { call: nested });
  exports["grow, call, grow"]();
  assert.deepEqual(reports, [
    "grow, call, grow: memory 1 -> 2",
    "grow, trap: memory 2 -> 3",
    "grow, call, grow: memory 3 -> 5",
  ]);
});

test("growth by the host belongs to the running export, if any", () => {
  const { exports, reports } = guarded(GUEST, { call: ({ memory }) => memory.grow(1) });
  exports.memory.grow(1);
  exports.call();
  exports.memory.grow(1);
  exports.swap(1, 2);
  assert.deepEqual(reports, ["call: memory 2 -> 3"]);
});

test("a memory without pages does not count as detached", () => {
  const empty = new WebAssembly.Memory({ initial: 0 });
  const { exports, reports } = guarded(GUEST, { memories: { empty } });
  exports.swap(1, 2);
  assert.deepEqual(reports, []);
});

test("an imported memory is watched under its given name", () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 20 });
  const { exports, reports } = guarded(BORROWER, { memory, memories: { heap: memory } });
  exports.grow(1);
  assert.deepEqual(reports, ["grow: heap 1 -> 2"]);
});

test("two memories with the same name are both watched", () => {
  const other = new WebAssembly.Memory({ initial: 1 });
  const { exports, reports } = guarded(GUEST, { call: () => other.grow(1), memories: { memory: other } });
  exports["grow, call, grow"]();
  assert.deepEqual(reports.sort(), ["grow, call, grow: memory 1 -> 2", "grow, call, grow: memory 1 -> 4"]);
});

test("growth of a shared memory by 0 pages is not reported", () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 20, shared: true });
  const { exports, reports } = guarded(SHARER, { memory, memories: { memory } });
  exports.grow(0);
  exports.grow(3);
  assert.deepEqual(reports, ["grow: memory 1 -> 4"]);
});

test("an instance without memory is an error", () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 20, shared: true });
  const instance = instantiate(SHARER, undefined, memory);
  assert.throws(() => guard(instance, { onGrow() {} }), /^TypeError: no memory to watch$/);
});

test("an exception of onGrow reaches the caller", () => {
  const reports = [];
  const exports = guard(instantiate(GUEST), {
    onGrow(growth) {
      reports.push(growth.exportName);
      throw new Error("no growth here");
    },
  });
  assert.throws(() => exports.grow(1), /^Error: no growth here$/);
  exports.memory.grow(1);
  exports.swap(1, 2);
  assert.throws(() => exports.grow(1));
  assert.deepEqual(reports, ["grow", "grow"]);
});

test("onGrow can call an export", () => {
  const instance = instantiate(GUEST);
  const reports = [];
  const exports = guard(instance, { onGrow: (growth) => reports.push(growth.pagesAfter, exports.swap(1, 2)[0]) });
  exports.grow(1);
  assert.deepEqual(reports, [2, 2]);
});

test("growth of a resizable memory is reported", { skip: withoutResizable }, () => {
  const { exports, reports } = guarded(GUEST);
  const views = liveViews(exports.memory, { resizable: true });
  exports.grow(0);
  exports.grow(1);
  assert.equal(views.u8.length, exports.memory.buffer.byteLength);
  assert.deepEqual(reports, ["grow: memory 1 -> 2"]);
});

test("a change from resizable to fixed is not a growth", { skip: withoutResizable }, () => {
  const { exports, reports } = guarded(GUEST, { call: ({ memory }) => memory.toResizableBuffer() });
  exports.call();
  exports.memory.toFixedLengthBuffer();
  assert.deepEqual(reports, []);
});
