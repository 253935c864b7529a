// Runs cases and prints, as JSON, whether each worked and the lines in which it used a view of a detached buffer.
//
// Usage: node observe.mjs MODULES CASE...
//
// MODULES is a folder with the modules in binary form. CASE is the path of a file, or of a folder with an index.js.
// The constructors of views are replaced by ones whose views note such uses. Length and buffer may be read: that is
// how programs notice growth.
import { readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { drivers } from "./drivers.mjs";

const [folder, ...paths] = process.argv.slice(2);
const Plain = { Uint8Array, DataView, Float32Array };
const QUIET = new Set(["length", "byteLength", "byteOffset", "buffer", "constructor", "BYTES_PER_ELEMENT"]);

let uses = new Set();
let current = "";
const plainViews = new WeakMap();
const nonEmpty = new WeakSet();

const plain = (value) => plainViews.get(value) ?? value;

function isDetached(buffer) {
  if (buffer.byteLength > 0) nonEmpty.add(buffer);
  return buffer.byteLength === 0 && nonEmpty.has(buffer);
}

function note() {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 50;
  const frames = new Error().stack.split("\n");
  Error.stackTraceLimit = stackTraceLimit;
  for (const frame of frames) {
    const found = /(file:\/\/)?(\/[^():]+):(\d+):\d+/.exec(frame);
    if (!found) continue;
    const file = found[1] ? fileURLToPath(`file://${found[2]}`) : found[2];
    if (file.startsWith(current)) {
      uses.add(`${file}:${found[3]}`);
      return;
    }
  }
}

function check(value) {
  if (value instanceof ArrayBuffer ? isDetached(value) : ArrayBuffer.isView(value) && isDetached(value.buffer)) note();
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

const memoryBuffer = Object.getOwnPropertyDescriptor(WebAssembly.Memory.prototype, "buffer").get;
Object.defineProperty(WebAssembly.Memory.prototype, "buffer", {
  get() {
    const buffer = memoryBuffer.call(this);
    isDetached(buffer);
    return buffer;
  },
});
for (const name of ["Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array"]) {
  globalThis[name] = observedConstructor(globalThis[name]);
}
for (const name of ["Uint32Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array", "DataView"]) {
  globalThis[name] = observedConstructor(globalThis[name]);
}
const bufferFrom = Buffer.from;
Buffer.from = (...parameters) => {
  const given = parameters.map(plain);
  given.forEach(check);
  return observed(bufferFrom.apply(Buffer, given));
};
for (const [owner, names] of [
  [Atomics, ["load", "store", "exchange", "compareExchange", "add", "sub", "notify"]],
  [TextDecoder.prototype, ["decode"]],
  [TextEncoder.prototype, ["encodeInto"]],
  [crypto, ["getRandomValues"]],
]) {
  for (const name of names) {
    const original = owner[name];
    Object.defineProperty(owner, name, {
      value(...parameters) {
        const given = parameters.map(plain);
        given.forEach(check);
        return original.apply(this, given);
      },
    });
  }
}
globalThis.ImageData = class {
  constructor(data, width, height) {
    Object.assign(this, { data, width, height });
  }
};

function kitFor(binary, others) {
  const module = new WebAssembly.Module(binary);
  const instantiate = (imports = {}) => new WebAssembly.Instance(module, imports);
  return {
    binary,
    module,
    instantiate,
    other: (name) => others[name],
    byte: (instance, at) => new Plain.Uint8Array(instance.exports.memory.buffer)[at],
    poke: (instance, at, value) => (new Plain.Uint8Array(instance.exports.memory.buffer)[at] = value),
    // Runs each step even if one before it fails; then fails with the first error.
    each(...steps) {
      const errors = [];
      for (const step of steps) {
        try {
          step();
        } catch (error) {
          errors.push(error);
        }
      }
      if (errors.length > 0) throw errors[0];
    },
    // An object in the manner of Emscripten's: its views are renewed whenever the module has grown its memory.
    emscripten() {
      const { exports } = instantiate();
      const Module = {};
      const update = () => {
        const { buffer } = exports.memory;
        if (Module.HEAPU8?.buffer === buffer) return;
        Module.HEAP8 = new Int8Array(buffer);
        Module.HEAPU8 = new Uint8Array(buffer);
        Module.HEAPU16 = new Uint16Array(buffer);
        Module.HEAPU32 = new Uint32Array(buffer);
        Module.HEAPF32 = new Float32Array(buffer);
      };
      update();
      for (const [name, value] of Object.entries(exports)) {
        if (typeof value !== "function") continue;
        Module[`_${name}`] = (...parameters) => {
          const result = value(...parameters);
          update();
          return result;
        };
      }
      return Module;
    },
    // Stands for any object of the Web: every property is a function that returns such an object again.
    anything() {
      const target = () => {};
      const proxy = new Proxy(target, {
        get: (_, key) => (key === Symbol.toPrimitive ? () => 0 : proxy),
        set: () => true,
        apply: () => proxy,
      });
      return proxy;
    },
  };
}

async function observe(path) {
  const isFile = path.endsWith(".js");
  current = isFile ? path : join(path, "/");
  const entry = isFile ? path : join(path, "index.js");
  const name = basename(path, ".js").replace(/-ok$/, "");
  const [, wat] = /^\/\/ module: (\S+)\.wat$/m.exec(readFileSync(entry, "utf8")) ?? [null, "grower"];
  uses = new Set();
  const result = { case: basename(path, ".js"), worked: false, error: null, uses: [] };
  try {
    const host = await import(pathToFileURL(entry).href);
    const others = {};
    if (!isFile && name === "emnapi-220-call") others["app.js"] = await import(pathToFileURL(join(path, "app.js")).href);
    const binary = readFileSync(join(resolve(folder), `${wat}.wasm`));
    result.worked = Boolean(await drivers[name](host, kitFor(binary, others)));
  } catch (error) {
    result.error = String(error);
  }
  const root = dirname(path);
  result.uses = [...uses].map((use) => use.slice(root.length + 1)).sort();
  return result;
}

const results = [];
for (const path of paths) results.push(await observe(resolve(path)));
process.stdout.write(JSON.stringify(results, null, 1));
