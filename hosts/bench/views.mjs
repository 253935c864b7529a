// What an access to memory costs through each way to have a view, in nanoseconds; in a page or in Node.
//
// An engine compiles a function for what it has seen there. So each way has copies of the modules of its own
// (`loops.mjs?live`), and what one has seen makes no other slower.

/** The workaround: the memory is asked for its buffer each time. */
class Watched {
  constructor(memory) {
    this.memory = memory;
    this.views = keptViews(memory);
  }

  right() {
    if (this.views.u8.buffer !== this.memory.buffer) {
      this.views = keptViews(this.memory);
    }
    return this.views;
  }

  get u8() {
    return this.right().u8;
  }

  get i32() {
    return this.right().i32;
  }

  get f32() {
    return this.right().f32;
  }

  get f64() {
    return this.right().f64;
  }

  get dv() {
    return this.right().dv;
  }
}

/** A new view each time. */
class Fresh {
  constructor(memory) {
    this.memory = memory;
  }

  get u8() {
    return new Uint8Array(this.memory.buffer);
  }

  get i32() {
    return new Int32Array(this.memory.buffer);
  }

  get f32() {
    return new Float32Array(this.memory.buffer);
  }

  get f64() {
    return new Float64Array(this.memory.buffer);
  }

  get dv() {
    return new DataView(this.memory.buffer);
  }
}

function keptViews({ buffer }) {
  return {
    u8: new Uint8Array(buffer),
    i32: new Int32Array(buffer),
    f32: new Float32Array(buffer),
    f64: new Float64Array(buffer),
    dv: new DataView(buffer),
  };
}

function resizableOf(memory) {
  memory.toResizableBuffer();
  return memory;
}

const plain = () => new WebAssembly.Memory({ initial: 16 });
const limited = () => new WebAssembly.Memory({ initial: 16, maximum: 64 });

// `share` is which part of the accesses a slow way makes.
const WAYS = {
  kept: { memory: plain, views: keptViews, loops: "kept" },
  live: { memory: plain, views: (memory, liveViews) => liveViews(memory) },
  "live, has grown": { memory: plain, views: (memory, liveViews) => liveViews(memory), grows: true },
  "kept, resizable": { memory: limited, views: (memory) => keptViews(resizableOf(memory)), loops: "kept" },
  "live, resizable": { memory: limited, views: (memory, liveViews) => liveViews(memory, { resizable: true }) },
  watched: { memory: plain, views: (memory) => new Watched(memory), share: 1 / 16 },
  "new each time": { memory: plain, views: (memory) => new Fresh(memory), share: 1 / 64 },
};

async function prepared(name, accesses) {
  const { memory: made, views: viewsOf, loops = "looked", share = 1, grows = false } = WAYS[name];
  const memory = made();
  const copy = encodeURIComponent(name);
  const module = await import(`./loops.mjs?${copy}`);
  const { liveViews } = await import(`../views/live.mjs?${copy}`);
  const views = viewsOf(memory, liveViews);
  const times = Math.ceil(accesses * share);
  const runs = Object.entries(module[loops]).map(([access, loop]) => {
    // A guest that grows does so early, too, before anything is compiled.
    if (grows) {
      loop(views, 10);
      memory.grow(1);
    }
    loop(views, times);
    return { name, access, times, run: () => loop(views, times), best: Infinity };
  });
  for (const { run } of grows ? runs : []) {
    memory.grow(1);
    run();
  }
  return runs;
}

/** Nanoseconds per access, by kind of access and by way; of `rounds` in turn, the quickest. */
export async function measured(accesses, rounds) {
  const known = Object.keys(WAYS).filter(
    (name) => !name.includes("resizable") || "toResizableBuffer" in WebAssembly.Memory.prototype,
  );
  const runs = (await Promise.all(known.map((name) => prepared(name, accesses)))).flat();
  for (let round = 0; round < rounds; round++) {
    for (const one of runs) {
      const begin = performance.now();
      one.run();
      one.best = Math.min(one.best, ((performance.now() - begin) * 1e6) / one.times);
    }
  }
  const found = {};
  for (const { name, access, best } of runs) {
    (found[access] ??= {})[name] = best;
  }
  return found;
}
