// Tests of checked accesses: what they report, and that everything else behaves as before.
// usage: node --expose-gc --test checked_accesses.test.mjs, with ACORN=the folder of the package acorn, and SEED and
// COUNT for other random programs

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";

import { checkIndexes } from "../../js/nogrow-views/checked/transform.mjs";

const { parse } = createRequire(import.meta.url)(process.env.ACORN);
const checked = (source) =>
  checkIndexes(source, (code) => parse(code, { ecmaVersion: "latest", allowReturnOutsideFunction: true }));

/** Run the body with these variables, checked. */
function run(body, variables = {}) {
  return new Function(...Object.keys(variables), checked(body))(...Object.values(variables));
}

function detached() {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const view = new Uint8Array(memory.buffer);
  return { memory, view, grow: (value) => (memory.grow(0), value), holder: { view }, self: () => view };
}

const REPORTED = [
  "grow(); return view[0]",
  "grow(); view[0] = 1",
  "grow(); view[0] += 1",
  "grow(); view[0]++",
  "grow(); view[0]()",
  "grow(); return holder.view[0]",
  "grow(); holder.view[0] = 1",
  "grow(); return self()[0]",
  "grow(); return view?.[0]",
  "grow(); return self(view?.[0])",
  "grow(); return view?.[0].x",
  "grow(); return (view?.[0])()",
  "grow(); return view[0]?.()",
  "grow(); [view[0]] = [1]",
  "grow(); ({ x: view[0] } = { x: 1 })",
  "grow(); ({ x: view[0] = 2 } = {})",
  "grow(); for (view[0] of [1]);",
  "return view[grow(0)]",
  "view[grow(0)] = 1",
  "view[0] = grow(1)",
  "view[0] += grow(1)",
  "holder.view[0] = grow(1)",
  "self()[self()[0]] = grow(1)",
  "holder.view[0] = holder.view[1] = grow(1)",
];

for (const body of REPORTED) {
  test(`reports: ${body}`, () => {
    assert.throws(() => run(body, detached()), { name: "TypeError", message: /^index access to a detached Uint8Array/ });
  });
}

const QUIET = [
  "view[0] = 1; return view[0] + view[99999999]",
  "grow(); return view[0] ?? 3",
  "grow(); return view[0] === undefined",
  "grow(); return void 0 !== view?.[0]",
  "grow(); return view?.[0] ?? 3",
  "grow(); return delete view?.[7]",
  "grow(); return view.length + view['length']",
  "grow(); return new Uint8Array(memory.buffer)[0]",
  "grow(); return typeof view[Symbol.iterator]",
  "grow(); return delete view[7]",
  "return new Uint8Array(0)[0]",
  "return new Uint8Array(memory.buffer, 65536)[0]",
];

for (const body of QUIET) {
  test(`accepts: ${body}`, () => {
    const plain = detached();
    assert.deepEqual(run(body, detached()), new Function(...Object.keys(plain), body)(...Object.values(plain)));
  });
}

test("an access after another link of an optional chain is not checked", () => {
  assert.equal(run("grow(); return holder?.view[0]", detached()), undefined);
});

test("the stack of the report begins in the source", () => {
  try {
    run("grow(); return view[0]", detached());
  } catch ({ stack }) {
    assert.match(stack.split("\n")[1], /^ +at eval /);
    return;
  }
  assert.fail("no report");
});

test("lines of the source stay where they are", () => {
  const source = "// first\nconst a = [1]\n;a[0]\nthis.b\n";
  assert.equal(checked(source).split("\n").findIndex((line) => line.includes("this.b")), 3);
});

test("source without accesses is returned unchanged", () => {
  for (const source of ["", "let a = [1, 2]", "a['b'] = a.c", "new a[0]()", checked("a[0]")]) {
    assert.equal(checked(source), source);
  }
});

test("names that are imported and exported under the same name stay", () => {
  const source = 'import { a, b as c } from "d"; export { a, c as e }; export * as f from "g";';
  const written = checkIndexes(`${source}a[0]`, (code) => parse(code, { ecmaVersion: "latest", sourceType: "module" }));
  assert.equal(written.slice(0, source.length), source);
});

test("an object is not kept alive after the access", { skip: !globalThis.gc && "needs --expose-gc" }, async () => {
  const body = `let object = []
    const reference = new WeakRef(object)
    const accesses = [() => (() => object)()[0], () => { (() => object)()[0] = f() }, () => { (() => object)()[0]++ }]
    accesses.forEach((access) => access())
    object = undefined
    return [reference, accesses]`;
  const kept = run(body, { f: () => 1 });
  await new Promise((done) => setTimeout(done));
  globalThis.gc();
  assert.equal(kept[0].deref(), undefined);
  assert.equal(kept[1].length, 3);
});

// Random programs, whose functions write down that they run: both must leave the same trace.

function random(seed) {
  return (count) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
    return ((seed >>> 8) / 2 ** 24) * count | 0;
  };
}

function expression(pick, depth) {
  const next = () => expression(pick, depth - 1);
  const target = () => ["a", "b.c", "(a)", "f(b).c", `${next()}`, "this"][pick(6)];
  if (depth <= 0) {
    return ["a", "b", "i", "j", "1", "0", "undefined", "null", "f(i)"][pick(9)];
  }
  const forms = [
    () => `${target()}[${next()}]`,
    () => `(${target()})?.[${next()}]`,
    () => `b?.c[${next()}]`,
    () => `f(b?.[${next()}], b?.[${next()}].x)`,
    () => `(o?.[${next()}])(${next()})`,
    () => `(o?.m)(a[i])?.[${next()}](${next()})`,
    () => `(b?.c)[${next()}]`,
    () => `(delete b?.c?.[${next()}])`,
    () => `(a?.[${next()}] !== undefined)`,
    () => `(${next()})?.[${next()}]?.[${next()}]`,
    () => `(${target()}[${next()}] = ${next()})`,
    () => `(f(b).c[${next()}] = f(${next()}))`,
    () => `(a[${next()}] ${["+=", "??=", "||=", "&&="][pick(4)]} ${next()})`,
    () => `a[${next()}]++`,
    () => `([a[${next()}], b.c[${next()}]] = [${next()}, ${next()}])`,
    () => `({ x: a[${next()}] = ${next()} } = {})`,
    () => `f(${next()}, ${next()})`,
    () => `o[${next()}](${next()})`,
    () => `o[f("m")](${next()})`,
    () => `(${next()}, ${next()})`,
    () => `(${next()} ?? ${next()})`,
    () => `(() => ${next()})()`,
    () => `\`\${${next()}}\``,
    () => `new (class { x = ${next()}; [${next()}] = a[1] })().x`,
    () => `(delete a[${next()}])`,
    () => `[...function* () { yield a[yield ${next()}] }()][0]`,
    () => `o.m\`\${${next()}}\``,
    () => `((x = a[${next()}]) => x)()`,
  ];
  return forms[pick(forms.length)]();
}

function trace(body) {
  const log = [];
  const f = (...values) => (log.push(String(values)), values[0]);
  const c = Array.from({ length: 4 }, (_, number) => number);
  const o = { m(...values) { log.push(`m ${this === o} ${values}`); return values[0] }, 1: f };
  let end;
  try {
    end = String(new Function("a", "b", "i", "j", "f", "o", body).call([5, 6], [1, , 3], { c }, 1, 2, f, o));
  } catch (error) {
    end = error.name;
  }
  return [...log, end, String(c)].join("\n");
}

test("random programs behave as before", () => {
  const pick = random(Number(process.env.SEED ?? 1));
  let compared = 0;
  for (let number = 0; number < Number(process.env.COUNT ?? 4000); number++) {
    const lines = Array.from({ length: 1 + pick(3) }, () => expression(pick, 1 + pick(4)));
    const body = `${lines.slice(1).map((line) => `a\n${line}`).join("\n;")}\nreturn ${lines[0]}`;
    try {
      new Function(body);
    } catch {
      continue;
    }
    compared++;
    assert.equal(trace(checked(body)), trace(body), body);
  }
  assert.ok(compared > 1500, `only ${compared} programs`);
});
