// This module replaces functions of the WebAssembly namespace so that each instance's exports detach its views.

import { bufferOf, remember, replaceBuffer } from "./detachments.mjs";
import { replacementOf } from "./glue.mjs";
import { factsOf, viewOf } from "./module_facts.mjs";
import { replaceAccessor, replaceClass, replaceMethod } from "./patching.mjs";
import { patchReferences } from "./references.mjs";
import { nativeOf, state } from "./state.mjs";
import { mapped } from "./stress.mjs";
import { Owner, unwrapped, wrapperOf } from "./wrappers.mjs";

const getExports = nativeOf(WebAssembly.Instance.prototype, "exports");
const START = "the start function";

// Modules, and what their bytes tell.
const facts = new WeakMap();
// Instances, and the exports that the program sees.
const exportsOf = new WeakMap();
// Functions, tables and globals, and the instance that each belongs to.
const owners = new WeakMap();

/** Replace the functions; `judge(bytes facts, function names)` returns what the report says of a module. */
export function patchWebAssembly({ digestOf, judge, announce }) {
  const learn = (module, bytes) => {
    const view = viewOf(bytes);
    facts.set(module, { ...factsOf(view), sha256: digestOf(view) });
    return module;
  };

  const adopt = (instance, module, imports) => {
    announce();
    const adopted = adoption(getExports.call(instance), facts.get(module) ?? {}, imports.values, judge);
    exportsOf.set(instance, adopted);
  };

  replaceMethod(WebAssembly, "compile", (compile) => async (bytes, ...rest) => {
    const copy = copyOf(bytes);
    const module = await compile(bytes, ...rest);
    return learn(module, copy);
  });
  replaceMethod(WebAssembly, "compileStreaming", (compile) => async (source, ...rest) => {
    const { response, bytes } = await cloned(source);
    const module = await compile(response, ...rest);
    return learn(module, await bytes);
  });
  replaceMethod(WebAssembly, "instantiate", (instantiate) => async (source, imports, ...rest) => {
    const copy = copyOf(source);
    const watched = watchedImports(imports);
    const result = await instantiate(source, watched.object, ...rest);
    if (copy) {
      learn(result.module, copy);
      adopt(result.instance, result.module, watched);
    } else {
      adopt(result, source, watched);
    }
    return result;
  });
  replaceMethod(WebAssembly, "instantiateStreaming", (instantiate) => async (source, imports, ...rest) => {
    const { response, bytes } = await cloned(source);
    const watched = watchedImports(imports);
    const result = await instantiate(response, watched.object, ...rest);
    learn(result.module, await bytes);
    adopt(result.instance, result.module, watched);
    return result;
  });
  replaceClass(WebAssembly, "Module", (Module, [bytes, ...rest], newTarget) =>
    learn(Reflect.construct(Module, [bytes, ...rest], newTarget), bytes),
  );
  replaceClass(WebAssembly, "Instance", (Instance, [module, imports, ...rest], newTarget) => {
    const watched = watchedImports(imports);
    const instance = Reflect.construct(Instance, [module, watched.object, ...rest], newTarget);
    adopt(instance, module, watched);
    return instance;
  });
  replaceAccessor(
    WebAssembly.Instance.prototype,
    "exports",
    (get) =>
      function () {
        return exportsOf.get(this) ?? get.call(this);
      },
  );
  patchMemory();
  patchReferences(owners);
  state.watching = true;
}

function patchMemory() {
  replaceClass(WebAssembly, "Memory", (Memory, values, newTarget) => {
    const memory = Reflect.construct(Memory, values, newTarget);
    const { initial, minimum, maximum } = values[0];
    if (maximum !== undefined && Number(initial ?? minimum) === Number(maximum)) {
      state.fixed.add(memory);
    }
    return memory;
  });
  replaceAccessor(
    WebAssembly.Memory.prototype,
    "buffer",
    (get) =>
      function () {
        const buffer = get.call(this);
        const before = state.shown.get(this);
        if (before !== buffer) {
          if (before && !state.detachments.has(before)) {
            // The memory has grown in a call that has not returned yet.
            state.detachments.set(before, { exportName: state.running.at(-1) });
          }
          state.shown.set(this, buffer);
          state.memories.set(buffer, this);
        }
        return buffer;
      },
  );
  replaceMethod(WebAssembly.Memory.prototype, "grow", (grow) => {
    const method = {
      grow(...values) {
        const before = state.shown.get(this);
        const pages = grow.apply(this, values);
        if (before && bufferOf(this) !== before && !state.detachments.has(before)) {
          remember(before, undefined, "memory", true, method);
        }
        return pages;
      },
    }.grow;
    return method;
  });
}

/** Return the exports that the program sees instead of those of the engine. */
function adoption(exports, { start, growing, fixed = [], sha256 }, imports, judge) {
  const entries = Object.entries(exports);
  const functions = entries.filter(([, value]) => typeof value === "function");
  const names = functions.map(([name]) => name);
  const report = judge(sha256, names);
  const importedFunctions = imports.filter(({ value }) => typeof value === "function");
  const owner = new Owner(replacementOf(importedFunctions, Object.keys(exports), growing), report.indexed);
  for (const name of fixed) {
    state.fixed.add(exports[name]);
  }
  for (const [name, value] of [...entries, ...imports.map(({ name, value }) => [name, value])]) {
    if (value instanceof WebAssembly.Memory) {
      owner.add(value, name);
      // Of several instances that share a memory, only one may have the glue.
      if (owner.replace !== replaceBuffer) {
        state.replacing.set(value, owner.replace);
      }
    } else if (value instanceof WebAssembly.Table || value instanceof WebAssembly.Global) {
      owners.set(value, owners.get(value) ?? owner);
    } else if (owners.has(value)) {
      // A function of another instance can grow the memories of that instance.
      owners.get(value).memories.forEach((name, memory) => owner.add(memory, name));
    }
  }
  for (const [name, value] of functions) {
    if (report.exported(name)) {
      state.quiet.add(value);
    } else if (!owners.has(value)) {
      owners.set(value, owner);
    }
  }
  if (start && !report.start()) {
    owner.detach(START, adoption);
  }
  return mapped(exports, (value, name) =>
    typeof value === "function" && !state.quiet.has(value) ? wrapperOf(value, owner, name) : value,
  );
}

/** Return an import object that gives exported functions themselves to the engine, and the list of what it gave. */
function watchedImports(imports) {
  const values = [];
  const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";
  if (!isObject(imports)) {
    return { object: imports, values };
  }
  // The targets are empty, because a proxy of a frozen object could not give other values.
  const of = (object, read) => new Proxy({}, { get: (_, name) => read(object[name], name) });
  const object = of(imports, (part, module) =>
    isObject(part)
      ? of(part, (imported, name) => {
          const value = unwrapped(imported);
          values.push({ module, name, value });
          return value;
        })
      : part,
  );
  return { object, values };
}

/** Return a copy of the bytes, which the program may change or detach meanwhile; undefined for a module. */
function copyOf(source) {
  const isBuffer = /^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(source));
  return ArrayBuffer.isView(source) || isBuffer ? viewOf(source).slice() : undefined;
}

/** Return the response, and the bytes of a copy of it. */
async function cloned(source) {
  const response = await source;
  // If the engine refuses the response, nobody waits for the bytes.
  const bytes = Promise.resolve(response?.clone?.().arrayBuffer());
  bytes.catch(() => {});
  return { response, bytes };
}
