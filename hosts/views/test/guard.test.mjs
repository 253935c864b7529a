// The guard: which export is named, and that nothing else about an export changes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { guard, liveViews } from "../index.mjs";
import { BORROWER, GUEST, SHARER, instantiate } from "../support/guests.mjs";
import { withoutResizable } from "../support/kinds.mjs";

/** Guarded exports, and the growths told so far, each in one line. */
function guarded(module, { call, memory, memories } = {}) {
  const told = [];
  const onGrow = ({ exportName, memoryName, pagesBefore, pagesAfter }) =>
    told.push(`${exportName}: ${memoryName} ${pagesBefore} -> ${pagesAfter}`);
  const exports = guard(instantiate(module, () => call(exports), memory), { onGrow, memories });
  return { exports, told };
}

for (const options of [undefined, {}, { enabled: false, onGrow() {} }, { enabled: true }]) {
  test(`off, the exports are the instance's own: ${JSON.stringify(options)}`, () => {
    const instance = instantiate(GUEST);
    assert.equal(guard(instance, options), instance.exports);
  });
}

test("a growth is told with export, memory and pages", () => {
  const { exports, told } = guarded(GUEST);
  assert.equal(exports.grow(2), 1);
  assert.deepEqual(told, ["grow: memory 1 -> 3"]);
  exports.grow(1);
  assert.deepEqual(told, ["grow: memory 1 -> 3", "grow: memory 3 -> 4"]);
});

test("a growth by no page is told: it detaches views", () => {
  const { exports, told } = guarded(GUEST);
  exports.grow(0);
  assert.deepEqual(told, ["grow: memory 1 -> 1"]);
});

test("a growth that failed is not told", () => {
  const { exports, told } = guarded(GUEST);
  assert.equal(exports.grow(100), -1);
  assert.deepEqual(told, []);
});

test("arguments and results are as they were", () => {
  const { exports, told } = guarded(GUEST);
  assert.deepEqual(exports.swap(1, 2), [2, 1]);
  assert.deepEqual(told, []);
});

test("there are the same exports, and what is no function is the same object", () => {
  const instance = instantiate(GUEST);
  const exports = guard(instance, { onGrow() {} });
  assert.deepEqual(Object.keys(exports), Object.keys(instance.exports));
  assert.equal(exports.memory, instance.exports.memory);
  assert.equal(exports.seven, instance.exports.seven);
  assert.equal(exports.grow, exports.grow);
});

test("an export that traps is told, and the trap is the caller's", () => {
  const { exports, told } = guarded(GUEST);
  assert.throws(() => exports["grow, trap"](), WebAssembly.RuntimeError);
  exports.swap(1, 2);
  assert.deepEqual(told, ["grow, trap: memory 1 -> 2"]);
});

test("each of two nested exports is told of its own growth, once", () => {
  const { exports, told } = guarded(GUEST, { call: (exports) => exports.grow(5) });
  exports["grow, call, grow"]();
  assert.deepEqual(told, [
    "grow, call, grow: memory 1 -> 2",
    "grow: memory 2 -> 7",
    "grow, call, grow: memory 7 -> 9",
  ]);
});

test("the export that only calls the host is not blamed for a nested one", () => {
  const { exports, told } = guarded(GUEST, { call: (exports) => exports.grow(1) });
  exports.call();
  assert.deepEqual(told, ["grow: memory 1 -> 2"]);
});

test("a nested trap that the host catches leaves the outer export in charge", () => {
  const nested = (exports) => assert.throws(() => exports["grow, trap"]());
  const { exports, told } = guarded(GUEST, { call: nested });
  exports["grow, call, grow"]();
  assert.deepEqual(told, [
    "grow, call, grow: memory 1 -> 2",
    "grow, trap: memory 2 -> 3",
    "grow, call, grow: memory 3 -> 5",
  ]);
});

test("a growth by the host within a call is the call's, one between calls is nobody's", () => {
  const { exports, told } = guarded(GUEST, { call: ({ memory }) => memory.grow(1) });
  exports.memory.grow(1);
  exports.call();
  exports.memory.grow(1);
  exports.swap(1, 2);
  assert.deepEqual(told, ["call: memory 2 -> 3"]);
});

test("a memory without a page is not taken for a detached one", () => {
  const empty = new WebAssembly.Memory({ initial: 0 });
  const { exports, told } = guarded(GUEST, { memories: { empty } });
  exports.swap(1, 2);
  assert.deepEqual(told, []);
});

test("an imported memory is watched under the name that it is given", () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 20 });
  const { exports, told } = guarded(BORROWER, { memory, memories: { heap: memory } });
  exports.grow(1);
  assert.deepEqual(told, ["grow: heap 1 -> 2"]);
});

test("two memories of one name are both watched", () => {
  const other = new WebAssembly.Memory({ initial: 1 });
  const { exports, told } = guarded(GUEST, { call: () => other.grow(1), memories: { memory: other } });
  exports["grow, call, grow"]();
  assert.deepEqual(told.sort(), ["grow, call, grow: memory 1 -> 2", "grow, call, grow: memory 1 -> 4"]);
});

test("a shared memory's growth is told, and one by no page is not: it detaches nothing", () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 20, shared: true });
  const { exports, told } = guarded(SHARER, { memory, memories: { memory } });
  exports.grow(0);
  exports.grow(3);
  assert.deepEqual(told, ["grow: memory 1 -> 4"]);
});

test("without a memory to watch, nothing could ever be told: an error", () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 20, shared: true });
  const instance = instantiate(SHARER, undefined, memory);
  assert.throws(() => guard(instance, { onGrow() {} }), /^TypeError: no memory to watch$/);
});

test("what onGrow throws reaches the caller, and the next growth is told as ever", () => {
  const told = [];
  const exports = guard(instantiate(GUEST), {
    onGrow(growth) {
      told.push(growth.exportName);
      throw new Error("no growth here");
    },
  });
  assert.throws(() => exports.grow(1), /^Error: no growth here$/);
  exports.memory.grow(1);
  exports.swap(1, 2);
  assert.throws(() => exports.grow(1));
  assert.deepEqual(told, ["grow", "grow"]);
});

test("onGrow may call an export", () => {
  const instance = instantiate(GUEST);
  const told = [];
  const exports = guard(instance, { onGrow: (growth) => told.push(growth.pagesAfter, exports.swap(1, 2)[0]) });
  exports.grow(1);
  assert.deepEqual(told, [2, 2]);
});

test("a resizable memory's growth is told", { skip: withoutResizable }, () => {
  const { exports, told } = guarded(GUEST);
  const views = liveViews(exports.memory, { resizable: true });
  exports.grow(0);
  exports.grow(1);
  assert.equal(views.u8.length, exports.memory.buffer.byteLength);
  assert.deepEqual(told, ["grow: memory 1 -> 2"]);
});

test("a change from resizable to fixed is no growth", { skip: withoutResizable }, () => {
  const { exports, told } = guarded(GUEST, { call: ({ memory }) => memory.toResizableBuffer() });
  exports.call();
  exports.memory.toFixedLengthBuffer();
  assert.deepEqual(told, []);
});
