// This module, imported once, makes every export of every WebAssembly module of the process detach the memory's views.

import { detachedViews } from "./alive.mjs";
import { artifactsOf, parsed, quietIn } from "./report.mjs";
import { sha256 } from "./sha256.mjs";
import { state } from "./state.mjs";
import { patchViews } from "./views.mjs";
import { patchWebApis } from "./web_apis.mjs";
import { patchWebAssembly } from "./webassembly.mjs";

/** At most this many places are printed at the end. */
const LISTED = 20;

const { process } = globalThis;
const mode = process?.env?.NOGROW_STRESS ?? globalThis.NOGROW_STRESS ?? "1";

/** Take the exports that leave the memory alone from a report of `nogrow check --format json`. */
export function configure({ report, onlyReported = false }) {
  state.report = report === undefined ? undefined : parsed(report);
  state.onlyReported = onlyReported;
}

/** Return the detached views that are still referenced, collecting garbage before if that is possible. */
export function report() {
  if (state.list.length > 0) {
    collectGarbage();
  }
  return detachedViews();
}

if (String(mode) !== "0") {
  try {
    configure({ report: initialReport(), onlyReported: mode === "report" });
  } catch (error) {
    throw new Error(`nogrow-views: NOGROW_REPORT: ${error.message}`, { cause: error });
  }
  patchWebAssembly({
    digestOf: (bytes) => (state.report ? sha256(bytes) : undefined),
    judge: (digest, names) => {
      const { report, onlyReported } = state;
      return quietIn(report ? artifactsOf(report, digest, names) : [], onlyReported);
    },
    announce,
  });
  patchViews();
  patchWebApis();
  if (mode !== "quiet" && !state.printsList) {
    state.printsList = true;
    process?.on?.("exit", printList);
  }
}

function initialReport() {
  const path = process?.env?.NOGROW_REPORT;
  if (!path) {
    return globalThis.NOGROW_REPORT;
  }
  return process.getBuiltinModule("node:fs").readFileSync(path, "utf-8");
}

/** Say once that exports detach, when the first module is there: a test that uses none prints nothing. */
function announce() {
  if (!state.announced && mode !== "quiet" && !process?.env?.NOGROW_STRESS_ANNOUNCED) {
    print(`nogrow-views: ${whatDetaches()}`);
    if (process?.env) {
      // Threads and child processes inherit the variable, and print nothing.
      process.env.NOGROW_STRESS_ANNOUNCED = "1";
    }
  }
  state.announced = true;
}

function whatDetaches() {
  if (state.onlyReported && !state.report) {
    return "nothing detaches, because NOGROW_STRESS=report needs a report; name its file in NOGROW_REPORT";
  }
  const which = state.report ? "exports that may grow a memory detach" : "all exports detach";
  return `${which} the memory's views after each call; NOGROW_STRESS=0 turns this off`;
}

function print(line) {
  if (process?.stderr) {
    process.stderr.write(`${line}\n`);
  } else {
    console.info(line);
  }
}

function collectGarbage() {
  if (globalThis.gc) {
    globalThis.gc();
    return;
  }
  const builtin = (name) => process?.getBuiltinModule?.(name);
  try {
    builtin("node:v8").setFlagsFromString("--expose-gc");
    builtin("node:vm").runInNewContext("gc")();
  } catch {
    // The list may then contain views that are no longer referenced.
  }
}

function printList() {
  const groups = report().filter(({ renewed }) => !renewed);
  if (!groups.length) {
    return;
  }
  print("nogrow-views: these detached views are still referenced. Reading an element of one gives undefined");
  print("without an error, so check that each of them is made again before it is used:");
  for (const { kind, made, exportName, detached, count } of groups.slice(0, LISTED)) {
    print(`  ${count} ${kind} made at ${made}, detached by "${exportName}" at ${detached}`);
  }
  if (groups.length > LISTED) {
    print(`  and views of ${groups.length - LISTED} more places`);
  }
}
