// These tests check which exports a report of `nogrow check` exempts from stress.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";

process.env.NOGROW_STRESS = "quiet";
const { configure, report } = await import("../register.mjs");
const { sha256 } = await import("../sha256.mjs");
const { REFERRER } = await import("../support/guests.mjs");

const NAMES = WebAssembly.Module.exports(REFERRER)
  .filter(({ kind }) => kind === "function")
  .map(({ name }) => name);
const BYTES = Buffer.from("AGFzbQEAAAABBAFgAAADAgEABQMBAAEHCQIBbQIAAWYAAAoEAQIACw==", "base64");
const DIGEST = createHash("sha256").update(BYTES).digest("hex");

const entry = (name, verdict, more) => ({ name, kind: "export", verdict, function: { index: 0 }, ...more });
const reporting = (...artifacts) => ({ schema: "nogrow/report/1", artifacts });
const artifact = (entries, sha = "0") => ({ sha256: sha, verdict: "reachable", entries });
const all = (verdict) => NAMES.map((name) => entry(name, verdict));

/** Return whether a call of the export detaches. */
function detaches(exports, name = "idle", memory = exports.memory) {
  const kept = new Uint8Array(memory.buffer);
  exports[name]();
  return kept.length === 0;
}

function guest(given) {
  configure({ report: given });
  return new WebAssembly.Instance(REFERRER, { host: { call() {} } }).exports;
}

const VERDICTS = {
  absent: false,
  unreachable: false,
  "trap-only": false,
  "throw-only": true,
  capped: true,
  "capped+throw-only": true,
  reachable: true,
};

for (const [verdict, expected] of Object.entries(VERDICTS)) {
  test(`an export that is ${verdict} ${expected ? "detaches" : "does not detach"}`, () => {
    assert.equal(detaches(guest(reporting(artifact(all(verdict))))), expected);
  });
}

test("each export has its own verdict", () => {
  const entries = NAMES.map((name) => entry(name, name === "call" ? "reachable" : "absent"));
  const exports = guest(JSON.stringify(reporting(artifact(entries))));
  assert.equal(detaches(exports, "idle"), false);
  assert.equal(detaches(exports, "call"), true);
});

test("the verdict on memories that the host sees counts", () => {
  const entries = NAMES.map((name) => entry(name, "reachable", { seen: "absent" }));
  assert.equal(detaches(guest(reporting(artifact(entries)))), false);
});

test("a module with other exports is not in the report", () => {
  for (const entries of [[], all("absent").slice(1), [...all("absent"), entry("more", "absent")]]) {
    assert.equal(detaches(guest(reporting(artifact(entries)))), true);
  }
  assert.equal(detaches(guest(reporting())), true);
  assert.equal(detaches(guest(undefined)), true);
});

test("modules that the report does not have can be left alone", () => {
  configure({ report: reporting(artifact(all("absent").slice(1))), onlyReported: true });
  assert.equal(detaches(new WebAssembly.Instance(REFERRER, { host: { call() {} } }).exports), false);
  configure({ report: reporting(artifact(all("reachable"))), onlyReported: true });
  assert.equal(detaches(new WebAssembly.Instance(REFERRER, { host: { call() {} } }).exports), true);
});

test("a module that was not judged is stressed", () => {
  assert.equal(detaches(guest(reporting({ sha256: null, verdict: null, entries: all("absent") }))), true);
});

test("of several builds with the same exports, all must leave the memory alone", () => {
  const [quiet, loud] = [artifact(all("absent")), artifact(all("reachable"))];
  assert.equal(detaches(guest(reporting(quiet, quiet))), false);
  assert.equal(detaches(guest(reporting(quiet, loud))), true);
});

const FROM_BYTES = {
  instantiate: async () => (await WebAssembly.instantiate(BYTES)).instance,
  compile: async () => WebAssembly.instantiate(await WebAssembly.compile(BYTES)),
  Module: async () => new WebAssembly.Instance(new WebAssembly.Module(BYTES)),
  instantiateStreaming: async () => {
    const headers = { "content-type": "application/wasm" };
    return (await WebAssembly.instantiateStreaming(new Response(BYTES, { headers }))).instance;
  },
};

for (const [name, make] of Object.entries(FROM_BYTES)) {
  test(`the bytes tell the build: ${name}`, async () => {
    const other = artifact([entry("f", "absent")], "1");
    const same = artifact([entry("f", "reachable")], DIGEST);
    for (const [given, expected] of [
      [reporting(other, same), true],
      [reporting(other), true],
      [reporting(artifact([entry("f", "absent")], DIGEST)), false],
    ]) {
      configure({ report: given });
      const { exports } = await make();
      assert.equal(detaches(exports, "f", exports.m), expected);
    }
  });
}

test("functions in tables are found by their index", () => {
  const hidden = { name: "func[2]", kind: "escaped", verdict: "absent", function: { index: 2 } };
  for (const [entries, expected] of [
    [[...all("reachable"), hidden], false],
    [all("absent"), true],
  ]) {
    const { table, memory } = guest(reporting(artifact(entries)));
    assert.equal(detaches({ f: table.get(1) }, "f", memory), expected);
  }
});

test("another kind of report is an error", () => {
  assert.throws(() => configure({ report: {} }), /not a report of `nogrow check --format json`/);
  assert.throws(() => configure({ report: "{" }), SyntaxError);
});

test("detached views that are still referenced are listed", () => {
  const exports = guest(undefined);
  const kept = [1, 2].map((offset) => new Uint8Array(exports.memory.buffer, offset));
  const looked = new Uint8Array(exports.memory.buffer);
  exports.idle();
  assert.equal(looked.length, 0);
  const listed = report().filter(({ made }) => made.includes("report.test"));
  assert.equal(kept.length, 2);
  const { made, detached, ...rest } = listed.at(-1);
  assert.match(made, /report\.test\.mjs:\d+:\d+$/);
  assert.match(detached, /report\.test\.mjs:\d+:\d+$/);
  const [kind, memoryName, exportName] = ["Uint8Array", "memory", "idle"];
  assert.deepEqual(rest, { kind, memoryName, exportName, count: 2, renewed: false });
});

test("SHA-256 is right for all lengths of the last block", () => {
  for (const length of [0, 1, 3, 55, 56, 63, 64, 65, 119, 120, 1000, 100_003]) {
    const bytes = randomBytes(length);
    assert.equal(sha256(bytes), createHash("sha256").update(bytes).digest("hex"));
  }
});

/** Return what a process prints to standard error that loads `register` and creates an instance. */
function printed(variables) {
  const environment = { ...process.env, NOGROW_STRESS: "1", ...variables };
  delete environment.NOGROW_STRESS_ANNOUNCED;
  const register = new URL("../register.mjs", import.meta.url).href;
  const program = "new WebAssembly.Instance(new WebAssembly.Module(Buffer.from('0061736d01000000', 'hex')))";
  const words = ["--import", register, "--input-type=module", "--eval", program];
  return spawnSync(process.execPath, words, { env: environment, encoding: "utf-8" }).stderr;
}

test("a report that cannot be read is named", () => {
  assert.match(printed({ NOGROW_REPORT: "missing.json" }), /nogrow-views: NOGROW_REPORT: ENOENT.*'missing\.json'/);
  assert.match(printed({ NOGROW_REPORT: process.execPath }), /nogrow-views: NOGROW_REPORT: .* is not valid JSON/);
});

test("the line at the start says that a report is missing", () => {
  assert.match(printed({}), /all exports detach/);
  assert.match(printed({ NOGROW_STRESS: "report" }), /nothing detaches, because NOGROW_STRESS=report needs a report/);
});
