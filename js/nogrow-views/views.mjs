// This module replaces the classes and methods of views, so that each use of a detached view says what detached it,
// and remembers where each view of a memory was made.

import { remembered } from "./alive.mjs";
import { detachedError, detachmentOf, explained, isEmptyArray, whyDetached } from "./explanations.mjs";
import { replaceAccessor, replaceClass, replaceMethod } from "./patching.mjs";
import { state } from "./state.mjs";

const ARRAYS = [
  ...["Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array"],
  ...["BigInt64Array", "BigUint64Array", "Float16Array", "Float32Array", "Float64Array"],
];
const ITERATORS = ["keys", "values", "entries"];

/** Replace the classes and methods of the global object. */
export function patchViews(global = globalThis) {
  // A test runner can give classes of two realms to a test, which have different prototypes.
  const classes = ARRAYS.filter((name) => name in global).map((name) => global[name]);
  for (const prototype of new Set(classes.map((Class) => Object.getPrototypeOf(Class.prototype)))) {
    patchPrototype(prototype);
  }
  patchPrototype(global.DataView.prototype);
  for (const name of [...ARRAYS, "DataView"]) {
    replaceClass(global, name, construct);
  }
  replaceMethod(global.ArrayBuffer.prototype, "slice", explaining);
  for (const name of Object.getOwnPropertyNames(global.Atomics)) {
    replaceMethod(global.Atomics, name, explaining);
  }
  if (global.Buffer) {
    patchBuffer(global.Buffer);
  }
}

function construct(Class, values, newTarget) {
  try {
    const view = Reflect.construct(Class, values, newTarget);
    const [buffer] = values;
    return state.memories.has(buffer) ? remembered(view, construct) : view;
  } catch (error) {
    throw explained(error, values, construct);
  }
}

function patchPrototype(prototype) {
  for (const name of Reflect.ownKeys(prototype)) {
    if (name === "constructor" || name === Symbol.toStringTag) {
      continue;
    }
    replaceMethod(prototype, name, ITERATORS.includes(name) ? explainingIterator : explaining);
    replaceAccessor(prototype, name, explainingGetter);
  }
}

/** Return the method, which throws an error with an explanation if the engine refuses a detached view. */
function explaining(method) {
  const made = {
    method(...values) {
      try {
        return method.apply(this, values);
      } catch (error) {
        throw explained(error, [this, ...values], made);
      }
    },
  }.method;
  return made;
}

/** Return the getter, which notes that the program looked whether the view is detached. */
function explainingGetter(getter) {
  const made = Object.getOwnPropertyDescriptor(
    {
      get property() {
        const view = this;
        try {
          const value = getter.call(view);
          if (!value || typeof value === "object") {
            noteCheck(view);
          }
          return value;
        } catch (error) {
          noteCheck(view);
          throw explained(error, [view], made);
        }
      },
    },
    "property",
  ).get;
  return made;
}

function noteCheck(view) {
  const record = state.views.get(view);
  if (record && !record.checked && detachmentOf(view)) {
    record.checked = true;
  }
}

/** Return the method whose iterator explains why it stops, if the view is one of a memory. */
function explainingIterator(method) {
  const made = explaining(method);
  return {
    method() {
      const iterator = made.call(this);
      if (state.views.has(this)) {
        const view = this;
        const { next } = iterator;
        iterator.next = function () {
          try {
            return next.call(this);
          } catch (error) {
            throw explained(error, [view], iterator.next);
          }
        };
      }
      return iterator;
    },
  }.method;
}

/** Node's Buffer is a typed array whose methods accept a detached one. */
function patchBuffer(Buffer) {
  for (const name of Object.getOwnPropertyNames(Buffer.prototype)) {
    if (!["constructor", "parent", "offset"].includes(name)) {
      replaceMethod(Buffer.prototype, name, refusing);
    }
  }
  for (const name of ["from", "concat"]) {
    replaceMethod(Buffer, name, (method) => {
      const made = refusing(method);
      return {
        method(...values) {
          const result = made.apply(this, values);
          return state.memories.has(values[0]) ? remembered(result, method) : result;
        },
      }.method;
    });
  }
}

/** Return the method, which refuses arguments that are detached instead of reading nothing from them. */
export function refusing(method) {
  const made = {
    method(...values) {
      refuseDetached(method.name, this, values, made);
      try {
        return method.apply(this, values);
      } catch (error) {
        throw explained(error, [this, ...values], made);
      }
    },
  }.method;
  return made;
}

/** Throw an error if one of the values, or of the parts of a list, is a view that a call has detached. */
export function refuseDetached(name, receiver, values, caller) {
  for (const value of [receiver, ...values]) {
    if (Array.isArray(value)) {
      // A list of views, or of numbers, which can be long.
      for (let i = 0; typeof value[i] === "object"; i++) {
        refuse(name, value[i], caller);
      }
    } else {
      refuse(name, value, caller);
    }
  }
}

function refuse(name, value, caller) {
  if (!isEmptyArray(value)) {
    return;
  }
  const record = state.views.get(value);
  // A view that never had a length may be empty.
  const isDetached = record ? record.length > 0 : detachmentOf(value) !== undefined;
  if (isDetached && whyDetached(value)) {
    throw detachedError(TypeError, `${name}() got a detached view, which has no bytes`, value, caller);
  }
}
