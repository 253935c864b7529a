// Runs programs and prints, as JSON, where each used a view of a detached buffer, and which exports detached it.
//
// Usage: node observe.mjs PROGRAMS
//
// PROGRAMS is a file with a JSON array of the paths of entry files. In their text, `$m("FILE:LINE", value)` stands for each mention of
// a view: it notes those of a detached buffer, and returns the value. The constructors of views make proxies that note
// each use of a detached buffer. A driver calls everything that a program exports, in random order, and what it returns.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
const STEPS = 40;
const MOST_MENTIONS = 3_000;
const MOST_OBJECTS = 30;
const QUIET = new Set(["length", "byteLength", "byteOffset", "buffer", "constructor", "BYTES_PER_ELEMENT"]);

let program;
let fuel = 0;
const plainViews = new WeakMap();
const nonEmpty = new WeakSet();
const unwrapped = new WeakMap();
const wrapped = new WeakMap();
let mentions = new WeakMap();

const plain = (value) => plainViews.get(value) ?? value;

function isDetached(buffer) {
  if (!(buffer instanceof ArrayBuffer)) return false;
  if (buffer.byteLength > 0) nonEmpty.add(buffer);
  return buffer.byteLength === 0 && nonEmpty.has(buffer);
}

function burn() {
  if (--fuel < 0) throw new Error("out of fuel");
}

globalThis.$m = (line, value) => {
  burn();
  const view = plain(value);
  if (typeof view === "object" && view !== null && isDetached(ArrayBuffer.isView(view) ? view.buffer : view)) {
    for (const mentioned of ArrayBuffer.isView(view) ? [view, view.buffer] : [view]) {
      if (!mentions.has(mentioned)) mentions.set(mentioned, new Set());
      mentions.get(mentioned).add(line);
    }
  }
  return value;
};

function check(value) {
  if (ArrayBuffer.isView(value) ? !isDetached(value.buffer) : !isDetached(value)) return;
  Error.stackTraceLimit = 30;
  const frames = new Error().stack.split("\n");
  Error.stackTraceLimit = 4;
  for (const frame of frames) {
    const found = /(file:\/\/)?(\/[^():]+):(\d+):\d+/.exec(frame);
    if (!found) continue;
    const file = found[1] ? fileURLToPath(`file://${found[2]}`) : found[2];
    if (dirname(file) !== program.folder) continue;
    if (program.trapped) return;
    const lines = [`${basename(file)}:${found[3]}`, ...(mentions.get(value) ?? [])];
    program.uses.add(JSON.stringify([...new Set(lines)]));
    return;
  }
}

const handler = {
  get(view, key) {
    const isIndex = typeof key === "string" && /^\d+$/.test(key);
    if (isIndex || key === Symbol.iterator) check(view);
    const value = Reflect.get(view, key, view);
    if (typeof value !== "function" || QUIET.has(key)) return value;
    return (...parameters) => {
      const given = parameters.map(plain);
      [view, ...given].forEach(check);
      return observed(value.apply(view, given));
    };
  },
  set(view, key, value) {
    check(view);
    return Reflect.set(view, key, value, view);
  },
};

function observed(value) {
  if (!ArrayBuffer.isView(value) || plainViews.has(value)) return value;
  isDetached(value.buffer);
  const proxy = new Proxy(value, handler);
  plainViews.set(proxy, value);
  return proxy;
}

function observedConstructor(constructor) {
  return new Proxy(constructor, {
    get(target, key) {
      if (key !== "from" && key !== "of") return Reflect.get(target, key, target);
      return (...parameters) => observed(target[key](...parameters));
    },
    construct(target, parameters) {
      const given = parameters.map(plain);
      given.forEach(check);
      return observed(Reflect.construct(target, given));
    },
  });
}

function replaceGetter(prototype, name, get) {
  const original = Object.getOwnPropertyDescriptor(prototype, name).get;
  Object.defineProperty(prototype, name, {
    get() {
      return get(this, original.call(this));
    },
  });
}

replaceGetter(WebAssembly.Memory.prototype, "buffer", (memory, buffer) => {
  isDetached(buffer);
  return buffer;
});

// Exports note whether the buffer was detached during the call, and whether they returned.
function wrap(name, call, owner) {
  if (wrapped.has(call)) return wrapped.get(call);
  const wrapper = (...parameters) => {
    burn();
    const before = owner.memory?.buffer;
    let ended = "throws";
    try {
      const result = call(...parameters);
      ended = "returns";
      return result;
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) ended = "traps";
      throw error;
    } finally {
      if (before?.byteLength === 0) {
        owner.grown.add(`${name} ${ended}`);
        // Nothing is promised for an instance that is used after a trap.
        if (ended === "traps") owner.trapped = true;
      }
    }
  };
  wrapped.set(call, wrapper);
  unwrapped.set(wrapper, call);
  return wrapper;
}

const exportsOf = new WeakMap();
replaceGetter(WebAssembly.Instance.prototype, "exports", (instance, own) => {
  if (!exportsOf.has(instance)) {
    program.memory = own.memory ?? program.memory;
    const entries = Object.entries(own).map(([name, value]) =>
      typeof value === "function" ? [name, wrap(name, value, program)] : [name, value],
    );
    exportsOf.set(instance, Object.freeze(Object.fromEntries(entries)));
  }
  return exportsOf.get(instance);
});
const { get, set } = WebAssembly.Table.prototype;
WebAssembly.Table.prototype.get = function (index) {
  const entry = get.call(this, index);
  return entry === null ? null : wrap(`table ${index}`, entry, program);
};
WebAssembly.Table.prototype.set = function (index, value) {
  set.call(this, index, unwrapped.get(value) ?? value);
};
WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
  construct(target, parameters) {
    program.memory = Reflect.construct(target, parameters);
    return program.memory;
  },
});
for (const name of ["Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array"]) {
  globalThis[name] = observedConstructor(globalThis[name]);
}
for (const name of ["Uint32Array", "Float32Array", "Float64Array", "DataView"]) {
  globalThis[name] = observedConstructor(globalThis[name]);
}
const bufferFrom = Buffer.from;
Buffer.from = (...parameters) => {
  const given = parameters.map(plain);
  given.forEach(check);
  return observed(bufferFrom.apply(Buffer, given));
};
const { decode } = TextDecoder.prototype;
TextDecoder.prototype.decode = function (view) {
  check(plain(view));
  return decode.call(this, plain(view));
};

function randomNumbers(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

// Everything that can be called on a value: itself, its methods, and those of its classes.
function callables(value) {
  if (plainViews.has(value) || value === null) return [];
  if (typeof value === "function") {
    if (!/^class\b/.test(Function.prototype.toString.call(value))) return [value];
    const statics = Object.getOwnPropertyNames(value).filter((name) => !name.startsWith("_"));
    const methods = statics.filter((name) => name !== "prototype" && typeof value[name] === "function");
    return [() => Reflect.construct(value, []), ...methods.map((name) => (...given) => value[name](...given))];
  }
  if (typeof value !== "object" || ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return [];
  if (value instanceof WebAssembly.Instance || value instanceof WebAssembly.Memory) return [];
  const found = [];
  for (let of = value; of !== null && of !== Object.prototype && found.length < 20; of = Object.getPrototypeOf(of)) {
    for (const name of Object.getOwnPropertyNames(of)) {
      if (name !== "constructor" && !name.startsWith("_")) {
        found.push((...given) => (typeof value[name] === "function" ? value[name](...given) : value[name]));
      }
    }
  }
  return found;
}

async function drive(exported, seed) {
  const below = randomNumbers(seed);
  const pool = Object.values(exported).map(callables).filter((each) => each.length > 0);
  for (let step = 0; step < STEPS && pool.length > 0 && !program.trapped; step++) {
    const group = pool[below(pool.length)];
    fuel = MOST_MENTIONS;
    try {
      let result = group[below(group.length)](below(8));
      if (typeof result?.then === "function") {
        const settled = Promise.resolve(result).catch(() => null);
        if (below(2) > 0) continue;
        result = await settled;
      }
      const further = callables(result);
      if (further.length > 0 && pool.length < MOST_OBJECTS) pool.push(further);
    } catch {
      // The program may throw whatever it likes.
    }
    if (below(4) === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  await new Promise((resolve) => setTimeout(resolve, 1));
}

// The same program is called in the same order, whatever runs before it.
function seedOf(path) {
  return [...path.split("/").slice(-3).join("/")].reduce((sum, char) => (Math.imul(sum, 31) + char.charCodeAt(0)) >>> 0, 7);
}

async function observe(path, seed) {
  program = {
    folder: dirname(path),
    uses: new Set(),
    grown: new Set(),
    error: null,
    memory: null,
    trapped: false,
  };
  mentions = new WeakMap();
  fuel = MOST_MENTIONS;
  try {
    const exported = path.endsWith(".cjs") ? require(path) : await import(pathToFileURL(path).href);
    await drive(exported, seed);
  } catch (error) {
    program.error = String(error?.stack ?? error);
  }
  const { uses, grown, error } = program;
  return { path, uses: [...uses].map((use) => JSON.parse(use)), grown: [...grown], error };
}

process.on("unhandledRejection", () => {});
process.on("uncaughtException", () => {});
Error.stackTraceLimit = 4;
const results = [];
const paths = JSON.parse(readFileSync(process.argv[2], "utf8"));
for (const path of paths) results.push(await observe(path, seedOf(path)));
process.stdout.write(JSON.stringify(results), () => process.exit(0));
