"""List host code in the shapes of real programs; `// stale` marks uses of stale views."""

SHAPES = {
    "worklet ring buffer": """
        class Ring { constructor(buf, ptr, n) { this.data = new Float32Array(buf, ptr, n); this.n = n }
        push(x) { this.data.set(x) } } // stale
        registerProcessor("a", class extends AudioWorkletProcessor { constructor(o) { super();
        this.port.onmessage = (e) => this.init(e.data) }
        async init(d) { const { instance } = await WebAssembly.instantiate(d, {});
        this.x = instance.exports;
        const p = this.x.alloc_in(128); this.ring = new Ring(this.x.memory.buffer, p, 128) }
        process(inputs) { this.ring.push(inputs[0][0]); this.x.process(); return true } });
    """,
    "class per struct, unknown caller": """
        export class Vec { constructor(mod, n) { this.mod = mod; this.ptr = mod._malloc(8 * n);
        this.arr = mod.HEAPF64.subarray(this.ptr >> 3, (this.ptr >> 3) + n) }
        get(i) { return this.arr[i] } // stale
        free() { this.mod._free(this.ptr) } }
    """,
    "class per struct, fresh": """
        export class Vec { constructor(mod, n) { this.mod = mod; this.ptr = mod._malloc(8 * n); this.n = n }
        get arr() { return this.mod.HEAPF64.subarray(this.ptr >> 3, (this.ptr >> 3) + this.n) }
        get(i) { return this.arr[i] } free() { this.mod._free(this.ptr) } }
    """,
    "helper copies result": """
        export function run(Module, input) { const p = Module._malloc(input.length);
        Module.HEAPU8.set(input, p);
        const q = Module._work(p, input.length);
        const out = new Uint8Array(Module.HEAPU8.buffer, q, 16).slice(); Module._free(p); return out }
    """,
    "helper forgets to copy": """
        export function run(Module, input) { const p = Module._malloc(input.length);
        Module.HEAPU8.set(input, p);
        const q = Module._work(p, input.length);
        const out = new Uint8Array(Module.HEAPU8.buffer, q, 16); Module._free(p);
        return out } // stale
    """,
    "two inputs": """
        export function cmp(Module, a, b) {
        const pa = Module._malloc(a.length), va = Module.HEAPU8.subarray(pa, pa + a.length);
        const pb = Module._malloc(b.length), vb = Module.HEAPU8.subarray(pb, pb + b.length);
        va.set(a); vb.set(b); // stale
        return Module._cmp(pa, pb) }
    """,
    "two inputs, right order": """
        export function cmp(Module, a, b) { const pa = Module._malloc(a.length);
        const pb = Module._malloc(b.length);
        const va = Module.HEAPU8.subarray(pa, pa + a.length), vb = Module.HEAPU8.subarray(pb, pb + b.length);
        va.set(a); vb.set(b); return Module._cmp(pa, pb) }
    """,
    "strings": """
        const enc = new TextEncoder(); let mem;
        export const init = async (b) => { const { instance } = await WebAssembly.instantiate(b);
        mem = instance.exports;
        view = new Uint8Array(mem.memory.buffer) };
        let view; export function put(s) { const p = mem.alloc(3 * s.length);
        const r = enc.encodeInto(s, view.subarray(p)); // stale
        return r.written }
    """,
    "wasi-like, own refresh at each": """
        export class WASI { start(i) { this.mem = i.exports.memory; i.exports._start() }
        refresh() { if (!this.view || this.view.buffer.byteLength === 0)
        this.view = new DataView(this.mem.buffer) }
        get imports() { return { fd_write: (fd, p) => { this.refresh();
        return this.view.getUint32(p, true) },
        fd_read: (fd, p) => { this.refresh(); this.view.setUint32(p, 1, true); return 0 } } } }
    """,
    "wasi-like, bound methods": """
        export class WASI { constructor() { this.wasiImport = {
        fd_write: this.fd_write.bind(this), clock: this.clock.bind(this) } }
        start(i) { this.mem = i.exports.memory; this.view = new DataView(this.mem.buffer);
        i.exports._start() }
        fd_write(fd, p) { this.view = new DataView(this.mem.buffer); return this.view.getUint32(p, true) }
        clock(id, p) { this.view.setUint32(p, 1, true); return 0 } } // stale
    """,
    "promise chain": """
        let v; fetch("a").then((r) => r.arrayBuffer())
        .then((b) => WebAssembly.instantiate(b, {})).then(({ instance }) => {
        const e = instance.exports; v = new Uint8Array(e.memory.buffer); e.run();
        document.title = v[0]; }); // stale
    """,
    "promise chain, right": """
        fetch("a").then((r) => r.arrayBuffer())
        .then((b) => WebAssembly.instantiate(b, {})).then(({ instance }) => {
        const e = instance.exports; e.run(); const v = new Uint8Array(e.memory.buffer);
        document.title = v[0]; });
    """,
    "class with static create": """
        export class Emu { static async create(b) { const { instance }
        = await WebAssembly.instantiate(b); return new Emu(instance.exports) }
        constructor(x) { this.x = x; this.regs = new Uint8Array(x.memory.buffer, x.regs(), 8) }
        step() { this.x.step(); return this.regs[0] } } // stale
    """,
    "lazy getter caches": """
        export class Emu { constructor(x) { this.x = x } get ram() {
        if (!this._ram) this._ram = new Uint8Array(this.x.exports.memory.buffer);
        return this._ram } // stale
        step() { this.x.exports.step(); return this.ram[0] } }
    """,
    "lazy getter compares": """
        export class Emu { constructor(x) { this.x = x } get ram() {
        if (this._ram?.buffer !== this.x.exports.memory.buffer)
        this._ram = new Uint8Array(this.x.exports.memory.buffer);
        return this._ram }
        step() { this.x.exports.step(); return this.ram[0] } }
    """,
    "memory param with length guard": """
        let cached = new Uint8Array(0); export function get(w) {
        if (cached.byteLength === 0) cached = new Uint8Array(w.memory.buffer); return cached[0] }
    """,
    "size guard on memory byteLength": """
        let cached = null, size = 0; export function get(w) {
        if (size !== w.exports.memory.buffer.byteLength) {
        cached = new Uint8Array(w.exports.memory.buffer); size = cached.length }
        return cached[0] }
    """,
    "options object with view, async": """
        async function save(opts) { await opts.file.open();
        return opts.file.write(opts.bytes) } // stale
        export const f = (w, file) => save({ file, bytes: new Uint8Array(w.exports.memory.buffer, 0, 4) });
    """,
    "event emitter": """
        export class Dec { constructor(w, cb) { this.w = w; this.cb = cb } feed(d) {
        const p = this.w.exports.alloc(d.length);
        const v = new Uint8Array(this.w.exports.memory.buffer, p, d.length); v.set(d);
        this.w.exports.decode(p);
        this.cb(v) } } // stale
    """,
    "callback gets fresh": """
        export class Dec { constructor(w, cb) { this.w = w; this.cb = cb } feed(d) {
        const p = this.w.exports.alloc(d.length);
        new Uint8Array(this.w.exports.memory.buffer, p, d.length).set(d);
        const q = this.w.exports.decode(p);
        this.cb(new Uint8Array(this.w.exports.memory.buffer, q, 4)) } }
    """,
    "loop with view outside": """
        export function all(w, xs) { const v = new Uint8Array(w.exports.memory.buffer); const out = [];
        for (const x of xs) { w.exports.put(x);
        out.push(v[0]) } // stale
        return out }
    """,
    "loop with view inside": """
        export function all(w, xs) { const out = []; for (const x of xs) { w.exports.put(x);
        const v = new Uint8Array(w.exports.memory.buffer); out.push(v[0]) } return out }
    """,
    "table of views by type": """
        export class H { constructor(w) { this.w = w; const b = w.exports.memory.buffer; this.heaps = {
        u8: new Uint8Array(b), f32: new Float32Array(b) } }
        read(t, p) { return this.heaps[t][p] } } // stale
    """,
    "table of views renewed": """
        export class H { constructor(w) { this.w = w } get heaps() {
        const b = this.w.exports.memory.buffer; return { u8: new Uint8Array(b), f32: new Float32Array(b) } }
        read(t, p) { return this.heaps[t][p] } }
    """,
    "module-level table, init once": """
        let heaps; export function init(w) { const b = w.exports.memory.buffer; heaps = {
        u8: new Uint8Array(b), u16: new Uint16Array(b), i32: new Int32Array(b), f32: new Float32Array(b) } }
        export const read = (p) => heaps.u8[p]; // stale
    """,
    "three types made once are no glue": """
        let u8, i32, f32, x; export function init(w) { x = w.exports; views() } function views() {
        const b = x.memory.buffer; u8 = new Uint8Array(b); i32 = new Int32Array(b);
        f32 = new Float32Array(b) }
        export const read = (p) => { x.run();
        return u8[p] }; // stale
    """,
    "one HEAP name made once is no glue": """
        let HEAPU8, x; export function init(w) { x = w.exports; views() } function views() {
        HEAPU8 = new Uint8Array(x.memory.buffer) }
        export const read = (p) => { x.run();
        return HEAPU8[p] }; // stale
    """,
    "underscore method of an import object": """
        let v, w; const ops = { _read(p) { return v[p] }, // stale
        run(p) { v = new Uint8Array(w.memory.buffer); return ops._read(p) } };
        export const start = (i) => { w = i.exports; v = new Uint8Array(w.memory.buffer); return {
        env: { read: ops._read } } };
    """,
    "two instances": """
        export function link(m) { const a = new WebAssembly.Instance(m, {});
        const b = new WebAssembly.Instance(m, {});
        return (n) => { const s = new Uint8Array(a.exports.memory.buffer, 0, n);
        const p = b.exports.malloc(n); new Uint8Array(b.exports.memory.buffer).set(s, p) } }
    """,
    "two instances, instantiate": """
        export async function link(m) { const { instance: a } = await WebAssembly.instantiate(m, {});
        const b = (await WebAssembly.instantiate(m)).instance;
        const s = new Uint8Array(a.exports.memory.buffer, 0, 4); const p = b.exports.malloc(4);
        new Uint8Array(b.exports.memory.buffer).set(s, p) }
    """,
    "two instances, the import calls back": """
        export function link(m) { const a = new WebAssembly.Instance(m, {});
        const b = new WebAssembly.Instance(m, { env: { get: (n) => a.exports.malloc(n) } });
        return (n) => { const s = new Uint8Array(a.exports.memory.buffer, 0, n); const p = b.exports.run(n);
        new Uint8Array(b.exports.memory.buffer).set(s, p) } } // stale
    """,
    "two instances that share a memory": """
        export function link(m) { const a = new WebAssembly.Instance(m, {});
        const b = new WebAssembly.Instance(m, { env: { memory: a.exports.memory } });
        return (n) => { const s = new Uint8Array(a.exports.memory.buffer, 0, n); b.exports.run(n);
        return s[0] } } // stale
    """,
    "deferred by queueMicrotask": """
        export function f(w, g) { const v = new Uint8Array(w.exports.memory.buffer);
        queueMicrotask(() => g(v)); // stale
        w.exports.run() }
    """,
    "exported object with methods": """
        export const api = { v: null, x: null, init(w) { this.x = w.exports;
        this.v = new DataView(this.x.memory.buffer) },
        put(p) { const q = this.x.alloc(p);
        this.v.setInt32(q, 1) } }; // stale
    """,
    "IIFE module": """
        const api = (function () { let v, x; return { init(w) { x = w.exports;
        v = new Uint8Array(x.memory.buffer) }, at(p) { return v[p] } } })(); // stale
        export default api;
    """,
    "prototype chain via Object.create": """
        const proto = { at(p) { return this.v[p] } }; // stale
        export function make(w) { const o = Object.create(proto);
        o.v = new Uint8Array(w.exports.memory.buffer); return o }
    """,
    "Object.defineProperty value": """
        export function make(w) { const o = {}; Object.defineProperty(o, "v", {
        value: new Uint8Array(w.exports.memory.buffer) });
        w.exports.run();
        return o.v[0] } // stale
    """,
    "destructuring defaults": """
        export function f({ w, v = new Uint8Array(w.exports.memory.buffer) }) { w.exports.run();
        return v[0] } // stale
    """,
    "nested arrays": """
        export function f(w) {
        const planes = [0, 1, 2].map((i) => [i, new Uint8Array(w.exports.memory.buffer, i)]);
        w.exports.run();
        for (const [i, p] of planes)
        p[0] = i } // stale
    """,
    "returned by async and awaited": """
        async function load(w) { await 0; return { view: new Uint8Array(w.exports.memory.buffer) } }
        export async function f(w) { const r = await load(w); w.exports.run();
        return r.view[0] } // stale
    """,
    "try catch retry": """
        export function f(w) { let v = new Uint8Array(w.exports.memory.buffer); try { w.exports.run() }
        catch { w.exports.reset() }
        return v[0] } // stale
    """,
    "conditional renewal on other condition": """
        let v; export function f(w, big) { w.exports.run();
        if (big) v = new Uint8Array(w.exports.memory.buffer);
        return v[0] } // stale
    """,
    "early return before the call": """
        export function f(w, x) { const v = new Uint8Array(w.exports.memory.buffer);
        if (!x) return v[0]; w.exports.run(); return 0 }
    """,
    "call in condition after use": """
        export function f(w) { const v = new Uint8Array(w.exports.memory.buffer); const n = v[0];
        if (w.exports.run()) return n; return n + 1 }
    """,
    "view from a function of memory": """
        const u8 = (m) => new Uint8Array(m.buffer); export function f(w) {
        const v = u8(w.exports.memory); w.exports.run();
        return v[0] } // stale
    """,
    "curried": """
        const reader = (v) => (p) => v[p]; // stale
        export const make = (w) => reader(new Uint8Array(w.exports.memory.buffer));
    """,
    "weakref": """
        export function f(w) { const r = new WeakRef(new Uint8Array(w.exports.memory.buffer));
        w.exports.run();
        return r.deref()[0] } // stale
    """,
    "typed array set from view of same memory": """
        export function f(w, p) { const src = new Uint8Array(w.exports.memory.buffer, p, 4);
        const q = w.exports.alloc(4);
        new Uint8Array(w.exports.memory.buffer).set(src, q) } // stale
    """,
    "subarray of a kept": """
        export function f(w, p) { const all = new Uint8Array(w.exports.memory.buffer);
        const q = w.exports.alloc(4); const part = all.subarray(q, q + 4); // stale
        return part.length }
    """,
    "dataview offset": """
        export const f = (w) => { const b = w.exports.memory.buffer; const n = w.exports.run();
        return new DataView(b, n).getInt8(0) }; // stale
    """,
    "array join of chunks": """
        export function chunks(w, n) { const out = []; for (let i = 0; i < n; i++) {
        const p = w.exports.next(); out.push(new Uint8Array(w.exports.memory.buffer, p, 8)) }
        return Buffer.concat(out) } // stale
    """,
    "array join of copied chunks": """
        export function chunks(w, n) { const out = []; for (let i = 0; i < n; i++) {
        const p = w.exports.next(); out.push(new Uint8Array(w.exports.memory.buffer, p, 8).slice()) }
        return Buffer.concat(out) }
    """,
    "one chunk at once": """
        export function chunks(w, n, emit) { for (let i = 0; i < n; i++) { const p = w.exports.next();
        const c = { p, v: new Uint8Array(w.exports.memory.buffer, p, 8) }; console.log(c.v[0]) } }
    """,
    "fields of a returned struct used at once": """
        function slot(w, n) { const ptr = w.exports.alloc(n); return {
        ptr, view: new Uint8Array(w.exports.memory.buffer, ptr, n) } }
        export function put(w, data) { const s = slot(w, data.length); s.view.set(data); return s.ptr }
    """,
    "second struct made before the first is filled": """
        function slot(w, n) { const ptr = w.exports.alloc(n); return {
        ptr, view: new Uint8Array(w.exports.memory.buffer, ptr, n) } }
        export function put(w, a, b) { const s = slot(w, a.length); const t = slot(w, b.length);
        s.view.set(a); // stale
        t.view.set(b); return w.exports.cmp(s.ptr, t.ptr) }
    """,
    "stream pipe": """
        export async function pump(w, stream) { const r = stream.getReader();
        const v = new Uint8Array(w.exports.memory.buffer);
        for (;;) { const { done, value } = await r.read(); if (done) break;
        v.set(value); // stale
        w.exports.feed(value.length) } }
    """,
    "stream pipe, made after the await": """
        export async function pump(w, stream) { const r = stream.getReader();
        for (;;) { const { done, value } = await r.read(); if (done) break;
        new Uint8Array(w.exports.memory.buffer).set(value); w.exports.feed(value.length) } }
    """,
    "BYOB reader and byob view": """
        export async function pump(w, file) { const v = new Uint8Array(w.exports.memory.buffer, 0, 9);
        const { bytesRead } = await file.read(v, 0, 9);
        return v[bytesRead - 1] } // stale
    """,
    "parameter reassigned": """
        export function f(w, v) { v = v || new Uint8Array(w.exports.memory.buffer); w.exports.run();
        return v[0] } // stale
    """,
    "let without value": """
        export function f(w) { let v; if (w) v = new Uint8Array(w.exports.memory.buffer);
        else return 0; w.exports.run();
        return v[0] } // stale
    """,
    "var hoisted and used in a loop": """
        export function f(w) { for (var i = 0; i < 3; i++) { if (i) v[0] = 1; // stale
        var v = new Uint8Array(w.exports.memory.buffer); w.exports.run() } }
    """,
    "do while with renewal": """
        export function f(w) { let v; do { v = new Uint8Array(w.exports.memory.buffer); v[0] = 1 }
        while (w.exports.run()) }
    """,
    "continue skips the renewal": """
        export function f(w, xs) { let v = new Uint8Array(w.exports.memory.buffer);
        for (const x of xs) { v[0] = x; // stale
        w.exports.run(); if (x) continue; v = new Uint8Array(w.exports.memory.buffer) } }
    """,
    "fresh instance used at once": """
        class Vec { constructor(w) { this.arr = new Uint8Array(w.exports.memory.buffer) } }
        export function f(w) { const a = new Vec(w); return a.arr[0] }
    """,
    "first of two instances": """
        class Vec { constructor(w, n) { const p = w.exports.alloc(n);
        this.arr = new Uint8Array(w.exports.memory.buffer, p, n) } }
        export function f(w) { const a = new Vec(w, 4); const b = new Vec(w, 4);
        a.arr[0] = 1; // stale
        b.arr[0] = 2 }
    """,
    "instance, call between": """
        class Vec { constructor(w) { this.arr = new Uint8Array(w.exports.memory.buffer) } }
        export function f(w) { const a = new Vec(w); w.exports.run();
        return a.arr[0] } // stale
    """,
    "instance renewed by its method": """
        class Vec { constructor(w) { this.w = w; this.renew() } renew() {
        this.arr = new Uint8Array(this.w.exports.memory.buffer) } }
        export function f(w) { const a = new Vec(w); w.exports.run(); a.renew(); return a.arr[0] }
    """,
    "other instance renewed": """
        class Vec { constructor(w) { this.w = w; this.arr = new Uint8Array(this.w.exports.memory.buffer) } }
        export class Pair { constructor(w) { this.w = w; this.a = new Vec(w) }
        run() { this.w.exports.run(); const tmp = new Vec(this.w);
        return this.a.arr[0] } } // stale
    """,
    "clone in a method": """
        export class Vec { constructor(w) { this.w = w;
        this.arr = new Uint8Array(this.w.exports.memory.buffer) }
        clone() { const c = new Vec(this.w);
        c.arr.set(this.arr); // stale
        return c } }
    """,
    "factory object, guard renews": """
        function make(w) { const o = { v: new Uint8Array(w.exports.memory.buffer), get() {
        if (o.v.byteLength === 0) o.v = new Uint8Array(w.exports.memory.buffer); return o.v } }; return o }
        export function f(w) { const a = make(w); w.exports.run(); return a.get()[0] }
    """,
    "closure object counter": """
        export function make(w) { let v = new Uint8Array(w.exports.memory.buffer);
        return { renew() { v = new Uint8Array(w.exports.memory.buffer) }, at(p) { this.renew();
        return v[p] } } }
    """,
    "loop makes and uses instances": """
        class Vec { constructor(w, n) { const p = w.exports.alloc(n);
        this.arr = new Uint8Array(w.exports.memory.buffer, p, n) } }
        export function f(w, xs) { for (const x of xs) { const a = new Vec(w, 4); a.arr[0] = x } }
    """,
    "instances collected": """
        class Vec { constructor(w, n) { const p = w.exports.alloc(n);
        this.arr = new Uint8Array(w.exports.memory.buffer, p, n) } }
        export function f(w, xs) { const all = xs.map((x) => new Vec(w, x));
        all.forEach((a, i) => { a.arr[0] = i }) } // stale
    """,
    "reassigned variable": """
        class Vec { constructor(w, n) { const p = w.exports.alloc(n);
        this.arr = new Uint8Array(w.exports.memory.buffer, p, n) } }
        export function f(w) { let a = new Vec(w, 4); a.arr[0] = 1; a = new Vec(w, 8); a.arr[0] = 2 }
    """,
    "private field with getter and refresh": """
        export class M { #m; #v; constructor(w) { this.#m = w.exports.memory;
        this.#v = new DataView(this.#m.buffer) }
        get #view() { if (this.#v.buffer !== this.#m.buffer) this.#v = new DataView(this.#m.buffer);
        return this.#v }
        u32(p) { return this.#view.getUint32(p, true) } }
    """,
    "view passed to method that stores it": """
        class Player { setBuffer(b) { this.buf = b } play() { return this.buf[0] } } // stale
        export function f(w) { const p = new Player();
        p.setBuffer(new Float32Array(w.exports.memory.buffer)); return p }
    """,
    "singleton in module": """
        class Mem { init(w) { this.w = w; this.u8 = new Uint8Array(w.exports.memory.buffer) } }
        const mem = new Mem(); export const init = (w) => mem.init(w);
        export const at = (p) => mem.u8[p]; // stale
    """,
    "singleton checks": """
        class Mem { init(w) { this.w = w } get u8() { const b = this.w.exports.memory.buffer;
        return this.c && this.c.buffer === b ? this.c : (this.c = new Uint8Array(b)) } }
        const mem = new Mem(); export const init = (w) => mem.init(w); export const at = (p) => mem.u8[p];
    """,
    "callback stored and called later": """
        const cbs = []; export function on(w) { const v = new Uint8Array(w.exports.memory.buffer);
        cbs.push(() => v[0]) } // stale
        export function fire(w) { w.exports.run(); cbs.forEach((c) => c()) }
    """,
    "view in array argument of postMessage is copied": """
        export function f(w, port) { const v = new Uint8Array(w.exports.memory.buffer, 0, 4);
        port.postMessage({ v }); w.exports.run() }
    """,
    "Emscripten: keep subarray in field": """
        export class Frame { constructor(M, n) { this.M = M; this.ptr = M._malloc(n);
        this.data = M.HEAPU8.subarray(this.ptr, this.ptr + n) }
        write(x) { this.data.set(x); // stale
        this.M._process(this.ptr) } }
    """,
    "Emscripten: fresh each time": """
        export class Frame { constructor(M, n) { this.M = M; this.n = n; this.ptr = M._malloc(n) }
        write(x) { this.M.HEAPU8.set(x, this.ptr); this.M._process(this.ptr);
        return this.M.HEAPU8.slice(this.ptr, this.ptr + this.n) } }
    """,
    "Emscripten: getValue and ccall with arrays": """
        export function f(M, x) { const h = M.HEAPU8; const r = M.ccall("run", "number", ["array"], [x]);
        return h[r] } // stale
    """,
    "Emscripten: stack functions": """
        export function f(M, x) { const s = M.stackSave(); const p = M.stackAlloc(4);
        const h = M.HEAP32; h[p >> 2] = x; M.stackRestore(s); return h[p >> 2] }
    """,
    "Emscripten library function": """
        mergeInto(LibraryManager.library, { my_read: function (p, n) {
        var v = HEAPU8.subarray(p, p + n); var q = _malloc(n);
        HEAPU8.set(v, q); // stale
        return q } });
    """,
    "Emscripten library function, right": """
        mergeInto(LibraryManager.library, { my_read: function (p, n) { var q = _malloc(n);
        HEAPU8.set(HEAPU8.subarray(p, p + n), q); return q } });
    """,
    "two instances, an import leads to the first through functions": """
        export function link(m) { const a = new WebAssembly.Instance(m, {});
        const grow = (n) => help(n); const help = (n) => a.exports.malloc(n);
        const b = new WebAssembly.Instance(m, { env: { get: grow } });
        return (n) => { const s = new Uint8Array(a.exports.memory.buffer, 0, n); b.exports.run(n);
        return s[0] } } // stale
    """,
    "two instances, unknown imports": """
        export function link(m, imports) { const a = new WebAssembly.Instance(m, {});
        const b = new WebAssembly.Instance(m, imports);
        return (n) => { const s = new Uint8Array(a.exports.memory.buffer, 0, n); b.exports.run(n);
        return s[0] } } // stale
    """,
    "instances of one expression": """
        export function link(m) { const make = () => new WebAssembly.Instance(m, {});
        const a = make(), b = make(); const c = new WebAssembly.Instance(m, {});
        return (n) => { const s = new Uint8Array(a.exports.memory.buffer, 0, n); b.exports.run(n);
        return s[0] } } // stale
    """,
    "bundled CommonJS module is no instance": """
        var wrap = (f, m) => () => (m || f((m = { exports: {} }).exports, m), m.exports);
        var lib = wrap((exports, module) => { exports.normalize = (p) => p });
        export function f(w, p) { const v = new Uint8Array(w.exports.memory.buffer);
        const path = lib(); path.normalize(p); return v[0] }
    """,
    "parameter that gets a text as well": """
        const later = (x, y) => { setTimeout(() => { console.log(x) }) };
        function send(x) { if (typeof x === "string") later(x); else later(1) }
        export const f = (w) => { send(new Uint8Array(w.exports.memory.buffer)); send("a") };
    """,
    "array made where it is read": """
        export function f(w, n) { const out = []; for (let i = 0; i < n; i++) { w.exports.run();
        const v = new Uint8Array(w.exports.memory.buffer); out.push(new Blob([v])) } return out }
    """,
}
