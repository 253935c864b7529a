// This module wraps the exports of an instance so that each call detaches the memory's views.

import { replacementOf } from "./glue.mjs";
import { Owner, newWrapper, unwrapped } from "./wrappers.mjs";

export function stress(instance, { exports: chosen = [/^/], memories = {}, imports = {} } = {}) {
  const { exports } = instance;
  const functions = importedFunctions(imports);
  const names = Object.keys(exports);
  const owner = new Owner(replacementOf(functions, names));
  const all = [...Object.entries(exports), ...Object.entries(memories), ...entriesOf(imports)];
  for (const [name, value] of all) {
    if (value instanceof WebAssembly.Memory) {
      owner.add(value, name);
    }
  }
  if (!owner.memories.size) {
    throw new TypeError("no memory to detach");
  }
  const patterns = [chosen].flat();
  const unknown = patterns.find((pattern) => !names.some((name) => matches(pattern, name)));
  if (unknown !== undefined) {
    throw new TypeError(`the instance has no export ${unknown}`);
  }
  const wrappers = new Map();
  return mapped(exports, (value, name) => {
    if (typeof value !== "function" || !patterns.some((pattern) => matches(pattern, name))) {
      return value;
    }
    if (!wrappers.has(value)) {
      wrappers.set(value, newWrapper(unwrapped(value), owner, name));
    }
    return wrappers.get(value);
  });
}

/** Return exports as the engine's: frozen and without a prototype, with other values. */
export function mapped(exports, change) {
  const wrapped = { __proto__: null };
  for (const [name, value] of Object.entries(exports)) {
    wrapped[name] = change(value, name);
  }
  return Object.freeze(wrapped);
}

function matches(pattern, name) {
  return typeof pattern === "string" ? pattern === name : name.search(pattern) !== -1;
}

function importedFunctions(imports) {
  return Object.entries(imports).flatMap(([module, values]) =>
    Object.entries(values)
      .filter(([, value]) => typeof value === "function")
      .map(([name, value]) => ({ module, name, value })),
  );
}

function entriesOf(imports) {
  return Object.values(imports).flatMap((values) => Object.entries(values));
}
