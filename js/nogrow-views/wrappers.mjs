// This module makes the functions that call an export and then detach, and finds the export behind each of them.
//
// The engine hands out one object for each exported function, wherever it comes from. So there is one wrapper for each.

import { detach } from "./detachments.mjs";
import { nativeOf, state } from "./state.mjs";

const setElement = nativeOf(WebAssembly.Table.prototype, "set");
let scratch;

// Messages of engines for a parameter or result that must be a function of WebAssembly, and is another function.
const WRONG_REFERENCE = /type incompatibility|exported function|reference type|funcref/i;

export function isWrapper(value) {
  return typeof value === "function" && state.originals.has(value);
}

/** Return the exported function behind `value`, or `value` if it is no wrapper. */
export function unwrapped(value) {
  return isWrapper(value) ? state.originals.get(value) : value;
}

/** The memories that a call may detach, and how. */
export class Owner {
  /** Each memory's name; a memory that the host can't see has none. */
  memories = new Map();

  /** `isQuiet` says of a function, by its index, that it leaves the memories alone. */
  constructor(replace, isQuiet = () => false) {
    this.replace = replace;
    this.isQuiet = isQuiet;
  }

  add(memory, name) {
    if (!state.fixed.has(memory) && !this.memories.has(memory)) {
      this.memories.set(memory, name);
    }
  }

  detach(exportName, caller) {
    for (const [memory, name] of this.memories) {
      detach(memory, name, exportName, state.replacing.get(memory) ?? this.replace, caller);
    }
  }
}

/** Return the one function of the process that stands for `original`. */
export function wrapperOf(original, owner, exportName) {
  const known = state.wrappers.get(original);
  if (known) {
    return known;
  }
  const wrapper = newWrapper(original, owner, exportName);
  state.wrappers.set(original, wrapper);
  state.names.set(original, exportName);
  return wrapper;
}

/** Return a function that calls `original` and then detaches the memories of its owner. */
export function newWrapper(original, owner, exportName) {
  const { name } = original;
  // A method can't be called with `new`, as an exported function.
  const wrapper = {
    [name](...values) {
      const depth = state.running.push(exportName) - 1;
      try {
        return wrappedResult(called(original, values), owner);
      } finally {
        state.running.length = depth;
        owner.detach(exportName, wrapper);
      }
    },
  }[name];
  Object.defineProperty(wrapper, "length", { value: original.length, configurable: true });
  state.originals.set(wrapper, original);
  return wrapper;
}

/** Return the function that is `WebAssembly.promising(original)` and detaches at each step that the host can see. */
export function promisingOf(promising, owner, exportName) {
  const wrapper = (...values) => {
    const done = () => owner.detach(exportName, wrapper);
    try {
      // The function can suspend and return early, or later: the memory may have grown both times.
      return called(promising, values).finally(done);
    } finally {
      done();
    }
  };
  Object.defineProperty(wrapper, "name", { value: promising.name, configurable: true });
  Object.defineProperty(wrapper, "length", { value: promising.length, configurable: true });
  return wrapper;
}

function called(original, values) {
  if (!values.some(isWrapper)) {
    return original(...values);
  }
  try {
    return original(...values);
  } catch (error) {
    // Parameters are converted before the function runs. A reference to a function must be the exported one.
    if (error?.name === "TypeError" && WRONG_REFERENCE.test(error.message)) {
      return original(...values.map(unwrapped));
    }
    throw error;
  }
}

function wrappedResult(result, owner) {
  return typeof result === "function" ? wrappedReference(result, owner) : result;
}

/** Return a wrapper if `value` is a function of WebAssembly, else `value`. */
export function wrappedReference(value, owner) {
  if (typeof value !== "function" || state.originals.has(value) || state.quiet.has(value)) {
    return value;
  }
  const known = state.wrappers.get(value);
  if (known || !owner || !isExported(value) || owner.isQuiet(value.name)) {
    return known ?? value;
  }
  return wrapperOf(value, owner, `function ${value.name}`);
}

/** Return whether the function is one of WebAssembly, which only a table of functions can tell. */
function isExported(value) {
  scratch ??= new WebAssembly.Table({ element: "anyfunc", initial: 1 });
  try {
    setElement.call(scratch, 0, value);
    setElement.call(scratch, 0, null);
    return true;
  } catch {
    return false;
  }
}
