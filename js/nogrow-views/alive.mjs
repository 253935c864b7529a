// This module remembers the views of memories and finds those that are still referenced after they were detached.
//
// Reading an element of a detached view gives undefined without an error, so the list is the only trace of such a bug.

import { detachmentOf, placeIn } from "./explanations.mjs";
import { nativeOf, state } from "./state.mjs";

/** At most this many views are in the list at a time. */
const MOST = 10_000;

const byteLength = nativeOf(Object.getPrototypeOf(Uint8Array.prototype), "byteLength");
const viewLength = nativeOf(DataView.prototype, "byteLength");

/** Remember the stack where the view was made; return the view. */
export function remembered(view, caller) {
  const stack = new Error();
  Error.captureStackTrace?.(stack, caller);
  // The engine's stack refers to functions, whose variables may refer to the view. A weak map allows for that.
  state.views.set(view, { stack, length: lengthOf(view), checked: false });
  if (state.list.length < MOST) {
    state.list.push(new WeakRef(view));
  } else {
    state.forgotten++;
  }
  if (state.list.length >= MOST && state.forgotten % MOST === 0) {
    state.list = state.list.filter((reference) => reference.deref());
  }
  return view;
}

function lengthOf(view) {
  return (view[Symbol.toStringTag] === "DataView" ? viewLength : byteLength).call(view);
}

/**
 * Return the detached views that are still referenced and were not looked at since, grouped by where they were made.
 *
 * Unless garbage was collected just before, some of them may be unreferenced.
 */
export function detachedViews() {
  const groups = new Map();
  for (const reference of state.list) {
    const view = reference.deref();
    const record = view && state.views.get(view);
    const detachment = record && !record.checked && record.length && detachmentOf(view);
    if (detachment) {
      const kind = view[Symbol.toStringTag];
      const made = placeIn(record.stack.stack) ?? "an unknown place";
      const detached = placeIn(detachment.stack.stack) ?? "an unknown place";
      const { exportName = "grow() in the host", memoryName } = detachment;
      const key = [kind, made, exportName].join("\n");
      const group = groups.get(key) ?? { kind, made, exportName, memoryName, detached, count: 0 };
      groups.set(key, { ...group, count: group.count + 1 });
    }
  }
  return [...groups.values()];
}
