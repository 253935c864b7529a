// This module reads from a report of `nogrow check --format json` which exports leave the memory alone.

const SCHEMA = "nogrow/report/1";
// A call with these verdicts never returns after a growth.
const QUIET = ["absent", "unreachable", "trap-only"];

const isQuiet = ({ verdict, seen }) => QUIET.includes(seen ?? verdict);

/** Return the report that is given as an object or as JSON. */
export function parsed(report) {
  const value = typeof report === "string" ? JSON.parse(report) : report;
  if (value?.schema !== SCHEMA) {
    throw new TypeError(`not a report of \`nogrow check --format json\`: its schema is not ${SCHEMA}`);
  }
  return value;
}

/**
 * Return the artifacts of the report that may be the module: those with the same bytes, or else those with the same
 * exported functions, because an instance does not give the bytes of its module.
 */
export function artifactsOf(report, sha256, functionNames) {
  const judged = report.artifacts.filter((artifact) => artifact.sha256 !== null && artifact.verdict !== null);
  const same = judged.filter((artifact) => artifact.sha256 === sha256);
  if (sha256 !== undefined) {
    return same.slice(0, 1);
  }
  const wanted = [...functionNames].sort().join("\n");
  return judged.filter(({ entries }) => exportNames(entries).sort().join("\n") === wanted);
}

/**
 * Return a function that says of an entry point whether it leaves the memory alone: of an export by its name, of the
 * start function, and of a function in a table by its index, which is also its name in JavaScript.
 *
 * Without artifacts, nothing is known; then all entry points are left alone if `onlyReported` is true, and none else.
 */
export function quietIn(artifacts, onlyReported) {
  const every = (isMeant) => {
    if (artifacts.length === 0) {
      return onlyReported;
    }
    const meant = artifacts.map(({ entries }) => entries.filter(isMeant));
    // A build that does not have the entry point says nothing about it.
    return meant.every((entries) => entries.length > 0 && entries.every(isQuiet));
  };
  return {
    exported: (name) => every((entry) => entry.kind === "export" && entry.name === name),
    indexed: (index) => every((entry) => String(entry.function.index) === index),
    start: () => every(({ kind }) => kind === "start"),
  };
}

function exportNames(entries) {
  return entries.filter(({ kind }) => kind === "export").map(({ name }) => name);
}
