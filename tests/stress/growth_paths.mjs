// Run modules of `growth_paths.py` and their stressed copies along the same paths.
//
// A place is where control came from the host, and where it gets control next: an entry or exit of an export,
// or an import with the calls that led to it. The original grows with each `memory.grow`, the copy with none.

import { readFileSync } from "node:fs";

const FAILS = 70000;
// So often a place has to be seen before the lack of a growth says something.
const OFTEN = 60;
const END_AT_TRAP = process.argv[3] === 'end';
const jobs = JSON.parse(readFileSync(process.argv[2], "utf8"));

function numbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

// The frames of the module from the import up to the host.
function callers() {
  const frames = [];
  for (const line of new Error().stack.split("\n").slice(1)) {
    const frame = /wasm-function\[(\d+)\]:(0x[0-9a-f]+)/.exec(line);
    if (frame) frames.push(`${frame[1]}:${frame[2]}`);
    else if (frames.length) break;
  }
  return frames.join(" ");
}

const helper = new WebAssembly.Module(Uint8Array.from([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 127, 1, 127, 2, 7, 1, 1, 104, 1, 116, 0, 0, 7, 5, 1, 1, 116, 0, 0,
]));

class Run {
  constructor(module, seed, pages, traced) {
    this.next = numbers(seed);
    this.traced = traced;
    this.passes = [];
    this.depth = 0;
    this.entered = 0;
    this.taken = [];
    const host = { take: (callee) => this.imported("take", 0, callee) };
    for (let number = 0; number < 3; number += 1) {
      host[`i${number}`] = (argument) => this.imported(`i${number}`, argument);
    }
    const inTable = (argument) => this.imported("table", argument);
    host.memory = this.memory = new WebAssembly.Memory({ initial: 1 });
    this.gave("start");
    try {
      // The start function only runs with the initial values.
      this.activation = "start";
      this.pages = pages;
      const instance = new WebAssembly.Instance(module, { host });
      this.exports = instance.exports;
    } catch (error) {
      this.left("start", error);
      return;
    }
    this.got("start returned");
    this.memory = this.exports.memory;
    if (this.exports.table) {
      const { t } = new WebAssembly.Instance(helper, { h: { t: inTable } }).exports;
      const table = this.exports.table;
      table.set(table.length - 1, t);
    }
    this.exports.pages.value = pages;
    this.names = Object.keys(this.exports).filter((name) => /^f\d/.test(name));
    for (let call = 0; call < 3; call += 1) this.enter();
  }

  gave(place) {
    this.buffer = this.memory.buffer;
    this.last = place;
    if (this.exports) this.exports.seed.value = this.next();
  }

  // A host need not go on after a trap.
  note(pass) {
    if (!this.ended) this.passes.push(pass);
    if (pass.trapped && END_AT_TRAP) this.ended = true;
  }

  got(place) {
    this.note({ from: this.last, to: place, detached: this.memory.buffer !== this.buffer });
  }

  left(name, error) {
    const isTrap = error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
    if (isTrap) this.note({ trapped: true });
    else this.got(`${name} threw`);
  }

  enter() {
    this.exports.fuel.value = 40;
    let callee;
    let name;
    const chosen = this.next();
    const table = this.exports.table;
    if (table && chosen % 4 === 0) {
      const slot = (chosen >>> 8) % (table.length - 2);
      [name, callee] = [`table ${slot}`, table.get(slot)];
    } else if (this.taken.length && chosen % 4 === 1) {
      [name, callee] = this.taken[(chosen >>> 8) % this.taken.length];
    } else {
      name = this.names[(chosen >>> 8) % this.names.length];
      callee = this.exports[name];
    }
    const before = this.activation;
    this.activation = name;
    this.gave(`${name} entered`);
    try {
      callee(this.next());
      this.got(`${name} returned`);
    } catch (error) {
      this.left(name, error);
    }
    this.activation = before;
  }

  imported(name, argument, callee) {
    const place = this.traced ? `${this.activation} in ${name} at ${callers()}` : `${name} ${argument}`;
    this.note({ import: name, argument });
    this.got(place);
    const chosen = this.next() % 16;
    if (callee && this.exports) this.taken.push([`taken ${callee.name}`, callee]);
    if (chosen < 4 && this.depth < 2 && this.exports) {
      const fuel = this.exports.fuel.value;
      this.depth += 1;
      this.enter();
      this.depth -= 1;
      this.exports.fuel.value = fuel;
    }
    if (chosen === 4) {
      this.gave(`${place} (threw)`);
      throw new Error("thrown by the host");
    }
    this.gave(place);
    return chosen;
  }
}

function observe(job) {
  const [original, copy] = [job.original, job.copy].map((path) => new WebAssembly.Module(readFileSync(path)));
  const grown = new Map();
  const runs = [];
  for (let seed = 0; seed < job.runs; seed += 1) {
    const { passes } = new Run(original, seed, 0, true);
    runs.push(passes);
    passes.forEach((pass, index) => {
      if (pass.detached) grown.set(`${pass.from} -> ${pass.to}`, [seed, index]);
    });
  }
  const missed = new Map();
  const elsewhere = new Map();
  const needless = new Map();
  const different = new Map();
  const loud = new Map();
  const places = new Map();
  const result = { passes: 0, grown: 0 };
  for (let seed = 0; seed < job.runs; seed += 1) {
    const { passes } = new Run(copy, seed, FAILS, false);
    const expected = runs[seed];
    const path = (list) => JSON.stringify(list.map(({ import: name, argument, trapped }) => [name, argument, trapped]));
    if (path(passes) !== path(expected)) different.set("path", `run ${seed}`);
    for (let index = 0; index < Math.min(passes.length, expected.length); index += 1) {
      const { from, to } = expected[index];
      if (to === undefined) continue;
      const place = `${from} -> ${to}`;
      places.set(place, 1 + (places.get(place) ?? 0));
      if (passes[index].detached && job.quiet.includes(from.split(" ")[0])) loud.set(place, place);
      result.passes += 1;
      if (expected[index].detached) result.grown += 1;
      if (grown.has(place) && !passes[index].detached) {
        (expected[index].detached ? missed : elsewhere).set(place, `${place} (run ${seed}, pass ${index}; grew in run ${grown.get(place)})`);
      }
      // A start function always takes the same path.
      if (from.startsWith("start")) continue;
      if (!grown.has(place) && passes[index].detached) needless.set(place, `${place} (run ${seed}, pass ${index})`);
    }
  }
  result.places = places.size;
  for (const place of needless.keys()) if (places.get(place) < OFTEN) needless.delete(place);
  for (const [name, found] of Object.entries({ missed, elsewhere, needless, different, loud })) result[name] = [...found.values()];
  return result;
}

process.stdout.write(JSON.stringify(jobs.map(observe)));
