// This module replaces functions and classes of the engine so that programs do not notice.
//
// A function that is replaced already is not replaced again: in Jest, each test file loads the package, but some
// classes are the same in all of them.

import { state } from "./state.mjs";

/** Replace the method `name`; `make` gets the engine's and returns a function that uses `this` and its arguments. */
export function replaceMethod(owner, name, make) {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  if (typeof descriptor?.value === "function" && descriptor.configurable) {
    Object.defineProperty(owner, name, { ...descriptor, value: replacement(descriptor.value, make) });
  }
}

/** Replace the accessor's getter and, with `makeSetter`, its setter. */
export function replaceAccessor(owner, name, makeGetter, makeSetter) {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  if (descriptor?.get && descriptor.configurable) {
    const get = replacement(descriptor.get, makeGetter);
    const set = makeSetter && descriptor.set ? replacement(descriptor.set, makeSetter) : descriptor.set;
    Object.defineProperty(owner, name, { ...descriptor, get, set });
  }
}

/** Replace the class `name`; `construct` gets the engine's class, the arguments, and the class after `new`. */
export function replaceClass(owner, name, construct) {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  if (typeof descriptor?.value !== "function" || !descriptor.configurable) {
    return;
  }
  const original = descriptor.value;
  if (state.natives.has(original)) {
    return;
  }
  let proxy = state.replacements.get(original);
  if (!proxy) {
    proxy = new Proxy(original, {
      construct: (target, values, newTarget) =>
        construct(target, values, newTarget === proxy ? target : newTarget),
    });
    register(original, proxy);
    Object.defineProperty(original.prototype, "constructor", {
      ...Object.getOwnPropertyDescriptor(original.prototype, "constructor"),
      value: proxy,
    });
  }
  Object.defineProperty(owner, name, { ...descriptor, value: proxy });
}

function replacement(original, make) {
  if (state.natives.has(original)) {
    return original;
  }
  const known = state.replacements.get(original);
  if (known) {
    return known;
  }
  const made = make(original);
  for (const key of ["name", "length"]) {
    Object.defineProperty(made, key, { value: original[key], configurable: true });
  }
  register(original, made);
  return made;
}

function register(original, made) {
  state.natives.set(made, original);
  state.replacements.set(original, made);
}
