// This module replaces what takes and gives references to exported functions: tables, globals and `promising`.
//
// The program has only wrappers. A table of functions refuses them, so it gets the exported functions; a table of any
// references gets what the program gives. What comes out of either is a wrapper again.

import { replaceAccessor, replaceClass, replaceMethod } from "./patching.mjs";
import { state } from "./state.mjs";
import { isWrapper, promisingOf, unwrapped, wrappedReference } from "./wrappers.mjs";

/** Replace the functions; `owners` has the instances that tables, globals and functions belong to. */
export function patchReferences(owners) {
  const outgoing = (value, source) =>
    typeof value === "function" ? wrappedReference(value, owners.get(value) ?? owners.get(source)) : value;

  const { prototype } = WebAssembly.Table;
  replaceMethod(prototype, "get", (get) =>
    function (...values) {
      return outgoing(get.apply(this, values), this);
    },
  );
  for (const name of ["set", "grow"]) {
    replaceMethod(prototype, name, (method) =>
      function (...values) {
        return withFunctions((given) => method.apply(this, given), values);
      },
    );
  }
  replaceAccessor(
    WebAssembly.Global.prototype,
    "value",
    (get) =>
      function () {
        return outgoing(get.call(this), this);
      },
    (set) =>
      function (value) {
        withFunctions((given) => set.apply(this, given), [value]);
      },
  );
  replaceMethod(WebAssembly.Global.prototype, "valueOf", (valueOf) =>
    function () {
      return outgoing(valueOf.call(this), this);
    },
  );
  for (const name of ["Table", "Global"]) {
    replaceClass(WebAssembly, name, (Class, values, newTarget) =>
      withFunctions((given) => Reflect.construct(Class, given, newTarget), values),
    );
  }
  replaceMethod(WebAssembly, "promising", (promising) => (value) => {
    const original = unwrapped(value);
    const promised = promising(original);
    const owner = isWrapper(value) && owners.get(original);
    return owner ? promisingOf(promised, owner, state.names.get(original)) : promised;
  });
}

/** Call with the values as they are, or, if only exported functions are accepted, with those behind wrappers. */
function withFunctions(call, values) {
  if (!values.some(isWrapper)) {
    return call(values);
  }
  try {
    return call(values);
  } catch (error) {
    if (error?.name !== "TypeError") {
      throw error;
    }
    return call(values.map(unwrapped));
  }
}
