// These tests check that stress detaches after each call of a chosen export, and changes nothing else.

import assert from "node:assert/strict";
import { test } from "node:test";

import { stress } from "../index.mjs";
import { BORROWER, GUEST, REFERRER, SHARER, instantiate } from "../support/guests.mjs";

const view = (memory) => new Uint8Array(memory.buffer);

test("views are detached after each call", () => {
  const exports = stress(instantiate(REFERRER));
  for (const name of ["idle", "call", "grow"]) {
    const kept = view(exports.memory);
    exports[name]();
    assert.equal(kept.length, 0);
    assert.throws(() => kept.slice(), TypeError);
  }
});

test("the memory keeps its pages and content", () => {
  const exports = stress(instantiate(REFERRER));
  view(exports.memory)[5] = 42;
  exports.idle();
  assert.equal(exports.memory.buffer.byteLength, 65536);
  assert.equal(view(exports.memory)[5], 42);
});

test("views are detached after a trap", () => {
  const exports = stress(instantiate(REFERRER));
  const kept = view(exports.memory);
  assert.throws(() => exports.trap(), WebAssembly.RuntimeError);
  assert.equal(kept.length, 0);
});

test("arguments and results are unchanged", () => {
  const { swap } = stress(instantiate(GUEST));
  assert.deepEqual(swap(1, 2), [2, 1]);
});

test("exports look like the engine's", () => {
  const { exports } = instantiate(REFERRER);
  const stressed = stress({ exports });
  assert.ok(Object.isFrozen(stressed));
  assert.equal(Object.getPrototypeOf(stressed), null);
  assert.deepEqual(Object.keys(stressed), Object.keys(exports));
  assert.equal(stressed.idle, stressed.alias);
  for (const [name, value] of Object.entries(exports)) {
    if (typeof value === "function") {
      assert.equal(stressed[name].name, value.name);
      assert.equal(stressed[name].length, value.length);
      assert.deepEqual(Reflect.ownKeys(stressed[name]).sort(), ["length", "name"]);
      assert.throws(() => new stressed[name](), /is not a constructor/);
    } else {
      assert.equal(stressed[name], value);
    }
  }
});

for (const chosen of ["add", /^a.d$/, ["add"], ["grow", /dd/g]]) {
  test(`only chosen exports detach: ${chosen}`, () => {
    const instance = instantiate(REFERRER);
    const exports = stress(instance, { exports: chosen });
    assert.equal(exports.idle, instance.exports.idle);
    for (let round = 0; round < 2; round++) {
      const kept = view(exports.memory);
      exports.idle();
      assert.equal(kept.length, 65536);
      assert.equal(exports.add(1, 2), 3);
      assert.equal(kept.length, 0);
    }
  });
}

test("a name that chooses nothing is an error", () => {
  assert.throws(() => stress(instantiate(REFERRER), { exports: ["add", "ad"] }), /no export ad$/);
});

test("without a memory there is nothing to detach", () => {
  assert.throws(() => stress({ exports: { f() {} } }), /no memory/);
});

test("an imported memory is detached if it is given", () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 20 });
  for (const options of [{ memories: { memory } }, { imports: { host: { memory } } }]) {
    const { exports } = instantiate(BORROWER, undefined, memory);
    const kept = view(memory);
    // The export `also` is this memory, which is detached once.
    stress({ exports }, options).grow(0);
    assert.equal(kept.length, 0);
  }
});

test("a shared memory grows by 64 pages at most", () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1000, shared: true });
  const { idle } = stress(instantiate(REFERRER), { memories: { memory } });
  idle();
  assert.equal(memory.buffer.byteLength, 2 * 65536);
  for (let round = 0; round < 100; round++) {
    idle();
  }
  assert.equal(memory.buffer.byteLength, 65 * 65536);
});

test("a shared memory grows no further than its maximum", () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 3, shared: true });
  const { grow } = stress(instantiate(SHARER, undefined, memory), { memories: { memory } });
  for (let round = 0; round < 10; round++) {
    assert.equal(grow(0), Math.min(1 + round, 3));
  }
});

test("memories with 64-bit addresses are detached", (context) => {
  const descriptor = { initial: 1n, maximum: 2n, address: "i64" };
  let memory;
  try {
    memory = new WebAssembly.Memory(descriptor);
    memory.grow(0n);
  } catch {
    context.skip(`${process.version} has none`);
    return;
  }
  const exports = stress(instantiate(REFERRER), { memories: { memory } });
  const kept = view(memory);
  exports.idle();
  assert.equal(kept.length, 0);
});

test("nested calls detach too", () => {
  const lengths = [];
  const exports = stress(
    instantiate(REFERRER, () => {
      const kept = view(exports.memory);
      exports.idle();
      lengths.push(kept.length);
    }),
  );
  exports.call();
  assert.deepEqual(lengths, [0]);
});

test("references to functions go in and out", () => {
  const exports = stress(instantiate(REFERRER));
  exports["call reference"](exports.idle);
  assert.equal(exports.pass(exports.idle), exports.idle);
  const kept = view(exports.memory);
  const given = exports["give reference"]();
  assert.equal(kept.length, 0);
  const next = view(exports.memory);
  given();
  assert.equal(next.length, 0);
});
