// This module remembers the views of memories and finds those that are still referenced after they were detached.
//
// Reading an element of a detached view gives undefined without an error, so the list is the only trace of such a bug.

import { bufferUnder, detachmentOf, isDataView } from "./explanations.mjs";
import { capturedPlace, placeIn } from "./stacks.mjs";
import { nativeOf, state } from "./state.mjs";

/** At most this many views are in the list at a time. */
const MOST = 10_000;
/** At most this many views are recorded in each period, because a stack takes microseconds. */
const RECORDED = 1000;
const PERIOD = 100;
/** For this many views the place is found at once, which takes 10 microseconds each. */
const PLACED = 1000;
const UNKNOWN = "an unknown place";

const byteLength = nativeOf(Object.getPrototypeOf(Uint8Array.prototype), "byteLength");
const viewLength = nativeOf(DataView.prototype, "byteLength");
// Test runners replace the clock.
const { now } = Date;
let periodStart = 0;
let recordedInPeriod = 0;

/** Remember the stack where the view was made, unless there are too many; return the view. */
export function remembered(view, caller) {
  const length = (isDataView(view) ? viewLength : byteLength).call(view);
  const record = { stack: undefined, length, checked: false };
  // The engine's stack refers to functions, whose variables may refer to the view. A weak map allows for that.
  state.views.set(view, record);
  if (now() - periodStart >= PERIOD) {
    periodStart = now();
    recordedInPeriod = 0;
  }
  if (recordedInPeriod++ >= RECORDED) {
    return view;
  }
  record.stack = capturedPlace(caller);
  if (state.viewCount++ < PLACED) {
    countBuffer(placeIn(record.stack), bufferUnder(view));
  }
  if (state.list.length >= MOST && state.viewCount % RECORDED === 0) {
    state.list = state.list.filter((reference) => reference.deref());
  }
  if (state.list.length < MOST) {
    state.list.push(new WeakRef(view));
  }
  return view;
}

function countBuffer(place, buffer) {
  const known = state.places.get(place) ?? { buffers: 0, last: new WeakRef(buffer) };
  if (known.buffers === 0 || known.last.deref() !== buffer) {
    state.places.set(place, { buffers: known.buffers + 1, last: new WeakRef(buffer) });
  }
}

/**
 * Return the detached views that are still referenced and were not looked at since, grouped by where they were made.
 *
 * Unless garbage was collected just before, some of them may be unreferenced. A group is `renewed` if the same place
 * has made views of several buffers: most such views are caches that the program renews before it uses them.
 */
export function detachedViews() {
  const groups = new Map();
  for (const reference of state.list) {
    const view = reference.deref();
    const record = view && state.views.get(view);
    const detachment = record && !record.checked && record.length && detachmentOf(view);
    if (detachment) {
      const { exportName = "grow() in the host", memoryName = "memory", stack } = detachment;
      const kind = view[Symbol.toStringTag];
      const made = placeIn(record.stack) ?? UNKNOWN;
      const key = [kind, made, exportName].join("\n");
      const renewed = state.places.get(made)?.buffers > 1;
      const detached = (stack && placeIn(stack)) ?? UNKNOWN;
      const group = groups.get(key) ?? { kind, count: 0, made, renewed, exportName, memoryName, detached };
      groups.set(key, { ...group, count: group.count + 1 });
    }
  }
  return [...groups.values()];
}
