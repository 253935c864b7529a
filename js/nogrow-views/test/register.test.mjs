// These tests check that register stresses every instance of the process, and that programs do not notice.

import assert from "node:assert/strict";
import { test } from "node:test";

process.env.NOGROW_STRESS = "quiet";
const engine = { ...Object.getOwnPropertyDescriptors(globalThis) };
await import("../register.mjs");
const { BORROWER, GUEST, REFERRER, instantiate } = await import("../support/guests.mjs");

const guest = (call) => instantiate(REFERRER, call).exports;
const view = (memory) => new Uint8Array(memory.buffer);
const bytes = Buffer.from("AGFzbQEAAAABBAFgAAADAgEABQMBAAEHCQIBbQIAAWYAAAoEAQIACw==", "base64");
const response = () => new Response(bytes, { headers: { "content-type": "application/wasm" } });

const WAYS = {
  "instantiate(bytes)": async () => (await WebAssembly.instantiate(bytes)).instance,
  "instantiate(view)": async () => (await WebAssembly.instantiate(new Uint8Array(bytes))).instance,
  "instantiate(module)": async () => WebAssembly.instantiate(await WebAssembly.compile(bytes)),
  "new Instance": () => new WebAssembly.Instance(new WebAssembly.Module(bytes)),
  "instantiateStreaming": async () => (await WebAssembly.instantiateStreaming(response())).instance,
  "instantiateStreaming(promise)": async () => {
    const started = WebAssembly.instantiateStreaming(Promise.resolve(response()));
    return (await started).instance;
  },
  "compileStreaming": async () => new WebAssembly.Instance(await WebAssembly.compileStreaming(response())),
  "cloned module": async () => WebAssembly.instantiate(structuredClone(await WebAssembly.compile(bytes))),
  "subclass": () => {
    const Instance = class extends WebAssembly.Instance {};
    const instance = new Instance(new WebAssembly.Module(bytes));
    assert.ok(instance instanceof Instance);
    return instance;
  },
};

for (const [way, make] of Object.entries(WAYS)) {
  test(`${way} gives an instance that detaches`, async () => {
    const instance = await make();
    assert.ok(instance instanceof WebAssembly.Instance);
    assert.equal(instance.exports, instance.exports);
    assert.ok(Object.isFrozen(instance.exports));
    assert.ok(instance.exports.m instanceof WebAssembly.Memory);
    const kept = view(instance.exports.m);
    instance.exports.f();
    assert.throws(() => kept.slice(), /; the export "f" detached this view of the memory "m"/);
  });
}

test("the engine's errors are the same", async () => {
  await assert.rejects(WebAssembly.instantiate(Buffer.from("no module")), WebAssembly.CompileError);
  await assert.rejects(WebAssembly.instantiate(REFERRER), TypeError);
  await assert.rejects(WebAssembly.instantiate(REFERRER, { host: {} }), /"?host"? .*"?call"?.*function import requires/);
  await assert.rejects(WebAssembly.instantiate(REFERRER, { host: 1 }), /"host"/);
  await assert.rejects(WebAssembly.instantiateStreaming(new Response(bytes)), TypeError);
  assert.throws(() => new WebAssembly.Instance(1), TypeError);
  assert.throws(() => WebAssembly.Instance(REFERRER), TypeError);
  assert.throws(() => new WebAssembly.Module("no module"), TypeError);
  assert.throws(() => Uint8Array(1), TypeError);
  assert.throws(() => new Uint16Array(new ArrayBuffer(3)), RangeError);
});

test("exports can be listed, spread and proxied", () => {
  const exports = guest();
  assert.deepEqual(
    Object.keys({ ...exports }),
    WebAssembly.Module.exports(REFERRER).map(({ name }) => name),
  );
  const names = [];
  for (const name in exports) {
    names.push(name);
  }
  assert.deepEqual(names, Object.keys(exports));
  const proxy = new Proxy(exports, {});
  const kept = view(proxy.memory);
  proxy.idle();
  assert.equal(kept.length, 0);
  assert.throws(() => {
    exports.idle = 1;
  }, TypeError);
});

test("tables and globals give the same functions as exports", () => {
  const exports = guest();
  assert.equal(exports.table.get(0), exports.idle);
  assert.equal(exports.table.get(1), exports.table.get(1));
  assert.equal(exports.reference.value, exports.table.get(1));
  assert.equal(exports.reference.valueOf(), exports["give reference"]());
  assert.equal(exports.table.get(2), null);
});

test("functions from tables and globals detach", () => {
  const exports = guest();
  for (const hidden of [exports.table.get(1), exports.reference.value]) {
    const kept = view(exports.memory);
    hidden();
    assert.throws(() => kept.slice(), /; the export "function 2" detached/);
  }
});

test("exported functions go into tables, globals and parameters", () => {
  const exports = guest();
  exports.table.set(2, exports.idle);
  assert.equal(exports.table.get(2), exports.idle);
  exports["call element"](2);
  exports.table.grow(1, exports.add);
  assert.equal(exports.table.get(4), exports.add);
  exports.reference.value = exports.idle;
  assert.equal(exports.reference.value, exports.idle);
  exports["call reference"](exports.idle);
  const table = new WebAssembly.Table({ element: "anyfunc", initial: 1 }, exports.idle);
  assert.equal(table.get(0), exports.idle);
  const global = new WebAssembly.Global({ value: "anyfunc", mutable: true }, exports.idle);
  assert.equal(global.value, exports.idle);
  assert.throws(() => exports.table.set(0, () => {}), TypeError);
});

test("tables of any references keep what they are given", () => {
  const { idle, pass } = guest();
  const table = new WebAssembly.Table({ element: "externref", initial: 1 }, undefined);
  for (const value of [idle, test, {}, null]) {
    table.set(0, value);
    assert.equal(table.get(0), value);
    assert.equal(pass(value), value);
  }
});

test("an export can be imported by another instance", () => {
  const first = guest();
  const second = guest(first.grow);
  const kept = view(first.memory);
  second.call();
  assert.throws(() => kept.slice(), /; the export "call" detached/);
  const third = instantiate(REFERRER, second.idle).exports;
  third.call();
});

test("all exports of an instance can be the import object", () => {
  const first = guest();
  assert.ok(new WebAssembly.Instance(REFERRER, { host: { __proto__: null, call: first.idle } }));
  assert.ok(new WebAssembly.Instance(GUEST, { host: first }));
});

test("an imported memory is detached", () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 20 });
  const { grow } = instantiate(BORROWER, undefined, memory).exports;
  const kept = view(memory);
  grow(0);
  assert.throws(() => kept.slice(), /; the export "grow" detached/);
});

test("a memory of fixed size is left alone", () => {
  const fixed = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const { also } = instantiate(BORROWER, undefined, fixed).exports;
  assert.equal(also, fixed);
});

test("a real growth is reported as one", () => {
  const exports = guest();
  const kept = view(exports.memory);
  exports.grow();
  assert.throws(
    () => kept.slice(),
    (error) => {
      assert.match(error.message, /; the export "grow" detached this view/);
      assert.match(error.cause.message, /the memory "memory" grew/);
      return true;
    },
  );
});

test("a growth by the host is reported", () => {
  const { memory } = guest();
  const kept = view(memory);
  memory.grow(1);
  assert.throws(() => kept.slice(), /; grow\(\) in the host detached this view/);
});

test("a growth in a call that still runs is reported", () => {
  const expected = /; the memory grew in a call of the export "grow and call" that had not returned yet/;
  const exports = guest(() => {
    assert.throws(() => kept.slice(), expected);
    assert.throws(() => new TextDecoder().decode(kept), expected);
    assert.equal(view(exports.memory).length, 2 * 65536);
  });
  const kept = view(exports.memory);
  exports["grow and call"]();
  assert.throws(() => kept.slice(), expected);
});

test("the error has both stacks and the place of the view", () => {
  function make() {
    return view(exports.memory);
  }
  function detach() {
    exports.idle();
  }
  function use() {
    kept.slice();
  }
  const exports = guest();
  const kept = make();
  detach();
  assert.throws(use, (error) => {
    assert.ok(error instanceof TypeError);
    assert.match(error.message, /; the view was made at .*register\.test\.mjs:\d+:\d+$/);
    assert.match(error.stack, /at use /);
    assert.doesNotMatch(error.stack, /patching|views\.mjs/);
    assert.match(error.cause.stack, /at detach /);
    assert.doesNotMatch(error.cause.stack, /wrappers\.mjs|detachments\.mjs/);
    return true;
  });
});

const USES = {
  slice: (kept) => kept.slice(),
  subarray: (kept) => kept.subarray(0, 0),
  set: (kept) => kept.set([1]),
  "set from": (kept) => new Uint8Array(4).set(kept),
  fill: (kept) => kept.fill(0),
  spread: (kept) => [...kept],
  "Array.from": (kept) => Array.from(kept),
  copy: (kept) => new Uint8Array(kept),
  "view of the buffer": (kept) => new Uint8Array(kept.buffer, 0, 0),
  "view of another kind": (kept) => new DataView(kept.buffer),
  "buffer.slice": (kept) => kept.buffer.slice(0),
  Atomics: (kept) => Atomics.load(kept, 0),
  decode: (kept) => new TextDecoder().decode(kept),
  encodeInto: (kept) => new TextEncoder().encodeInto("a", kept),
  getRandomValues: (kept) => crypto.getRandomValues(kept),
  "Buffer.from": (kept) => Buffer.from(kept),
  "Buffer.from buffer": (kept) => Buffer.from(kept.buffer, 0, 0),
  "Buffer.concat": (kept) => Buffer.concat([kept]),
  Blob: (kept) => new Blob([kept]),
  Response: (kept) => new Response(kept),
  "process.stdout.write": (kept) => process.stdout.write(kept),
};

for (const [name, use] of Object.entries(USES)) {
  test(`${name} of a detached view throws an error that names the export`, () => {
    const exports = guest();
    const kept = view(exports.memory);
    exports.idle();
    assert.throws(() => use(kept), { name: "TypeError", message: /; the export "idle" detached this view/ });
  });
}

test("each method of a detached DataView names the export", () => {
  const exports = guest();
  const kept = new DataView(exports.memory.buffer);
  exports.idle();
  for (const name of Object.getOwnPropertyNames(DataView.prototype).filter((name) => /^[gs]et|byte/.test(name))) {
    const use = () => (/^byte/.test(name) ? kept[name] : kept[name](0, /Big/.test(name) ? 0n : 0));
    assert.throws(use, /; the export "idle" detached this view/, name);
  }
});

test("an iteration that meets a detachment names the export", () => {
  const exports = guest();
  assert.throws(() => {
    for (const byte of view(exports.memory)) {
      exports.add(byte, 1);
    }
  }, /; the export "add" detached this view/);
});

test("a Buffer of a memory names the export", () => {
  const exports = guest();
  const kept = Buffer.from(exports.memory.buffer, 0, 4);
  assert.equal(kept.toString("latin1"), "\0\0\0\0");
  exports.idle();
  for (const use of [() => kept.toString(), () => kept.write("a"), () => kept.readUInt8(0)]) {
    assert.throws(use, /; the export "idle" detached this view/);
  }
});

test("an empty view may be read after it was detached", () => {
  const exports = guest();
  const kept = new Uint8Array(exports.memory.buffer, 8, 0);
  exports.idle();
  assert.equal(new TextDecoder().decode(kept), "");
});

test("other errors are the engine's", () => {
  const { port1, port2 } = new MessageChannel();
  const buffer = new ArrayBuffer(8);
  const array = new Uint8Array(buffer);
  port1.postMessage(buffer, [buffer]);
  port2.close();
  assert.throws(() => array.slice(), / on a detached .*ArrayBuffer$/);
  assert.throws(() => new Uint8Array(8).forEach(() => null.x), /reading 'x'/);
  assert.equal(new TextDecoder().decode(array), "");
});

test("classes of views look like the engine's", () => {
  for (const name of ["Uint8Array", "Float64Array", "BigInt64Array", "DataView"]) {
    const Class = globalThis[name];
    const original = engine[name].value;
    assert.equal(Class.prototype, original.prototype);
    assert.equal(Class.prototype.constructor, Class);
    assert.equal(Object.getPrototypeOf(Class), Object.getPrototypeOf(original));
    assert.equal(Class.name, name);
    assert.equal(Class.length, original.length);
    const made = new Class(new ArrayBuffer(8));
    assert.ok(made instanceof Class && made instanceof original);
    assert.equal(made.constructor, Class);
    const Sub = class extends Class {};
    assert.ok(new Sub(new ArrayBuffer(8)) instanceof Sub);
  }
  assert.equal(Uint8Array[Symbol.species], Uint8Array);
  assert.equal(Uint8Array.from([1, 2]).constructor, Uint8Array);
  assert.equal(Uint8Array.prototype[Symbol.iterator], Uint8Array.prototype.values);
  assert.deepEqual(new Uint8Array([1, 2, 3]).subarray(1), Uint8Array.of(2, 3));
  assert.deepEqual(structuredClone(new Uint8Array([1])), new Uint8Array([1]));
  assert.ok(Buffer.from("a") instanceof Uint8Array);
  assert.equal(Buffer.from("abc").subarray(1).toString(), "bc");
});

test("a promising export detaches when it suspends and when it settles", async (context) => {
  if (!WebAssembly.promising) {
    context.skip(`${process.version} has no WebAssembly.promising`);
    return;
  }
  let resolve;
  const later = new Promise((done) => (resolve = done));
  const exports = guest(new WebAssembly.Suspending(() => later));
  const call = WebAssembly.promising(exports.call);
  const kept = view(exports.memory);
  const promise = call();
  assert.equal(kept.length, 0);
  const next = view(exports.memory);
  resolve();
  await promise;
  assert.throws(() => next.slice(), /; the export "call" detached this view/);
});

test("a thread is stressed too", async () => {
  const { Worker } = await import("node:worker_threads");
  const { once } = await import("node:events");
  const code = `
    import { parentPort, workerData } from "node:worker_threads";
    const { exports } = new WebAssembly.Instance(workerData);
    const kept = new Uint8Array(exports.m.buffer);
    exports.f();
    try { kept.slice(); } catch (error) { parentPort.postMessage(error.message); }`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
    workerData: await WebAssembly.compile(bytes),
    execArgv: ["--import", new URL("../register.mjs", import.meta.url).href],
  });
  const [message] = await once(worker, "message");
  assert.match(message, /; the export "f" detached this view/);
});

test("classes of another realm are the engine's", async () => {
  const vm = await import("node:vm");
  const view = vm.runInNewContext("new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer)");
  assert.equal(view.length, 65536);
  const other = vm.runInNewContext("new WebAssembly.Memory({ initial: 1 })");
  assert.equal(new Uint8Array(other.buffer).length, 65536);
});
