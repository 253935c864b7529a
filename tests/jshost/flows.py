"""List host code by the way of its views through objects and calls; `// stale` marks uses of stale views."""

FLOWS = {
    "map callback makes": """
        export function f(Module, list) { const vs = list.map((p) => Module.HEAPU8.subarray(p, p + 1));
        Module._malloc(4);
        return vs[0][0] } // stale
    """,
    "map callback makes, quiet": """
        export function f(Module, list) { Module._malloc(4);
        const vs = list.map((p) => Module.HEAPU8.subarray(p, p + 1));
        return vs[0][0] }
    """,
    "forEach over views": """
        export function f(w) { const vs = [new Uint8Array(w.exports.memory.buffer)]; w.exports.run();
        vs.forEach((v) => { v[0] = 1 }) } // stale
    """,
    "forEach calls in the loop": """
        export function f(w, list) { const v = new Uint8Array(w.exports.memory.buffer);
        list.forEach((x) => { w.exports.run(x);
        v[0] = x }) } // stale
    """,
    "reduce": """
        export function f(w, list) { const v = new Uint8Array(w.exports.memory.buffer);
        return list.reduce((sum, x) => sum + w.exports.run(x) +
        v[x], 0) } // stale
    """,
    "sort comparator": """
        export function f(w, list) { const v = new Uint8Array(w.exports.memory.buffer);
        return list.sort((a, b) => w.exports.cmp(a, b) ||
        v[a] - v[b]) } // stale
    """,
    "sort comparator, reads only": """
        export function f(w, list) { const v = new Uint8Array(w.exports.memory.buffer);
        return list.sort((a, b) => v[a] - v[b]) }
    """,
    "then callback": """
        export function f(w, p) { const v = new Uint8Array(w.exports.memory.buffer);
        return p.then((x) => v[x]) } // stale
    """,
    "then gets a view": """
        const load = async (w) => new Uint8Array(w.exports.memory.buffer);
        export function f(w) { return load(w).then((v) => { w.exports.run();
        return v[0] }) } // stale
    """,
    "Object.assign to this": """
        export class A { constructor(w) { Object.assign(this, {
        w, v: new Uint8Array(w.exports.memory.buffer) }) }
        at(p) { return this.v[p] } } // stale
    """,
    "object spread": """
        export function f(w) { const base = { v: new Uint8Array(w.exports.memory.buffer) }; const o = {
        ...base, n: 1 };
        w.exports.run();
        return o.v[0] } // stale
    """,
    "generator": """
        function* views(w) { yield new Uint8Array(w.exports.memory.buffer); }
        export function f(w) { for (const v of views(w)) { w.exports.run();
        v[0] = 1 } } // stale
    """,
    "generator, quiet": """
        function* views(w, n) { for (let i = 0; i < n; i++) { w.exports.run();
        yield new Uint8Array(w.exports.memory.buffer) } }
        export function f(w) { let s = 0; for (const v of views(w, 2)) { s += v[0] } return s }
    """,
    "generator collected": """
        function* views(w, n) { for (let i = 0; i < n; i++) { w.exports.run();
        yield new Uint8Array(w.exports.memory.buffer) } }
        export function f(w) { const all = [...views(w, 2)];
        return all[0][0] } // stale
    """,
    "generator next": """
        function* views(w) { yield new Uint8Array(w.exports.memory.buffer); }
        export function f(w) { const it = views(w); const v = it.next().value; w.exports.run();
        return v[0] } // stale
    """,
    "view held across yield": """
        export function* f(w) { const v = new Uint8Array(w.exports.memory.buffer); yield 1;
        yield v[0] } // stale
    """,
    "ImageData": """
        export function f(w, ctx) {
        const img = new ImageData(new Uint8ClampedArray(w.exports.memory.buffer, 0, 16), 2, 2);
        return () => { w.exports.render();
        ctx.putImageData(img, 0, 0) } } // stale
    """,
    "Buffer.from buffer": """
        export function f(w) { const b = Buffer.from(w.exports.memory.buffer, 8, 4); w.exports.run();
        return b.toString() } // stale
    """,
    "Buffer.from view copies": """
        export function f(w) { const b = Buffer.from(new Uint8Array(w.exports.memory.buffer, 8, 4));
        w.exports.run();
        return b.toString() }
    """,
    "decode after call": """
        const dec = new TextDecoder();
        export function f(w) { const v = new Uint8Array(w.exports.memory.buffer, 0, 8);
        const n = w.exports.run();
        return dec.decode(v.subarray(0, n)) } // stale
    """,
    "method known by name": """
        export class Sink { constructor(w) { this.w = w } consume(v) { this.w.exports.run();
        return v[0] } } // stale
        export function f(w, sink) { return sink.consume(new Uint8Array(w.exports.memory.buffer)) }
    """,
    "object argument": """
        function g(o) { o.w.exports.run();
        return o.v[0] } // stale
        export const f = (w) => g({ w, v: new Uint8Array(w.exports.memory.buffer), n: 2 });
    """,
    "array argument": """
        function g([w, v]) { w.exports.run();
        return v[0] } // stale
        export const f = (w) => g([w, new Uint8Array(w.exports.memory.buffer)]);
    """,
    "map with objects": """
        const m = new Map(); export function put(k, w) { m.set(k, {
        v: new Uint8Array(w.exports.memory.buffer), n: 1, f() {} }) }
        export function get(k) { const e = m.get(k); return e.v[0] } // stale
    """,
    "map forEach": """
        const m = new Map(); export function put(k, w) { m.set(k, new Uint8Array(w.exports.memory.buffer)) }
        export function all() { m.forEach((v) => { v[0] = 1 }) } // stale
    """,
    "returned object": """
        function make(w) { const v = new Uint8Array(w.exports.memory.buffer); return { p: 4, v } }
        export function f(w) { const { p, v } = make(w); w.exports.run();
        return v[p] } // stale
    """,
    "returned array": """
        function make(w) { return [4, new Uint8Array(w.exports.memory.buffer)] }
        export function f(w) { const [p, v] = make(w); w.exports.run();
        return v[p] } // stale
    """,
    "returned object, fresh": """
        function make(w) { w.exports.run(); const v = new Uint8Array(w.exports.memory.buffer); return {
        p: 4, v } }
        export function f(w) { const { p, v } = make(w); return v[p] }
    """,
    "symbol property": """
        const V = Symbol(); export class A { constructor(w) {
        this[V] = new Uint8Array(w.exports.memory.buffer) }
        at(p) { return this[V][p] } } // stale
    """,
    "set of views": """
        const s = new Set(); export function put(w) { s.add(new Uint8Array(w.exports.memory.buffer)) }
        export function all() { for (const v of s)
        v[0] = 1 } // stale
    """,
    "WeakMap": """
        const m = new WeakMap(); export function put(k, w) {
        m.set(k, new Uint8Array(w.exports.memory.buffer)) }
        export const get = (k) => m.get(k)[0]; // stale
    """,
    "rAF loop": """
        export function start(w, ctx) { const v = new Uint8Array(w.exports.memory.buffer, 0, 4);
        function frame() { w.exports.render();
        ctx.draw(v[0]); // stale
        requestAnimationFrame(frame) }
        requestAnimationFrame(frame) }
    """,
    "rAF loop, renewed": """
        export function start(w, ctx) { let v = new Uint8Array(w.exports.memory.buffer, 0, 4);
        function frame() { w.exports.render(); v = new Uint8Array(w.exports.memory.buffer, 0, 4);
        ctx.draw(v[0]);
        requestAnimationFrame(frame) }
        requestAnimationFrame(frame) }
    """,
    "temporary index": """
        export function f(w) { return new Uint8Array(w.exports.memory.buffer)[w.exports.run()] } // stale
    """,
    "temporary: bare HEAP set": """
        export function f(x) { HEAPU8.set(x, _malloc(x.length)) } // stale
    """,
    "heap subarray call in arguments": """
        export function f(Module, g) { return g(Module.HEAPU8.subarray(4), Module._malloc(3)) } // stale
    """,
    "heap subarray with call as its argument": """
        export function f(Module) { return Module.HEAPU8.subarray(Module._malloc(3))[0] } // stale
    """,
    "operand order, first": """
        export function f(w) { const v = new Uint8Array(w.exports.memory.buffer);
        return v[0] + w.exports.run() }
    """,
    "operand order, last": """
        export function f(w) { const v = new Uint8Array(w.exports.memory.buffer);
        return w.exports.run() + v[0] } // stale
    """,
    "compound assignment": """
        export function f(w) { const v = new Uint8Array(w.exports.memory.buffer);
        v[0] += w.exports.run() } // stale
    """,
    "compound assignment, fresh": """
        export function f(w) { let n = 0; n += w.exports.run();
        const v = new Uint8Array(w.exports.memory.buffer); n += v[0]; return n }
    """,
    "optional chaining": """
        export function f(w) { const v = new Uint8Array(w.exports.memory.buffer); w.exports.run?.();
        return v?.at(0) } // stale
    """,
    "class field initializer": """
        export class A { #w; v = null; constructor(w) { this.#w = w;
        this.v = new Uint8Array(w.exports.memory.buffer) }
        run() { this.#w.exports.run(); return this.v[0] } } // stale
    """,
    "static member": """
        export class A { static v; static init(w) { A.v = new Uint8Array(w.exports.memory.buffer) }
        static at(p) { return A.v[p] } } // stale
    """,
    "static block and this": """
        export class A { static v; static init(w) { this.v = new Uint8Array(w.exports.memory.buffer) }
        static at(p) { return this.v[p] } } // stale
    """,
    "getter returns a kept view": """
        export class A { constructor(w) { this.w = w; this._v = new Uint8Array(w.exports.memory.buffer) }
        get view() { return this._v } // stale
        at(p) { this.w.exports.run(); return this.view[p] } }
    """,
    "getter that enters": """
        export class A { constructor(w) { this.w = w } get n() { return this.w.exports.run() }
        at() { const v = new Uint8Array(this.w.exports.memory.buffer); const n = this.n;
        return v[n] } } // stale
    """,
    "closure": """
        export function make(w) { const v = new Uint8Array(w.exports.memory.buffer);
        return { read(p) { return v[p] } } } // stale
    """,
    "default parameter": """
        export function f(w, v = new Uint8Array(w.exports.memory.buffer)) { w.exports.run();
        return v[0] } // stale
    """,
    "default parameter order": """
        export function f(w, v = new Uint8Array(w.exports.memory.buffer), p = w.exports.run()) {
        return v[p] } // stale
    """,
    "finally uses": """
        export function f(w) { const v = new Uint8Array(w.exports.memory.buffer); try {
        return w.exports.run() } finally {
        v[0] = 1 } } // stale
    """,
    "finally renews": """
        export class A { constructor(w) { this.w = w }
        run() { try { return this.w.exports.run() } finally {
        this.v = new Uint8Array(this.w.exports.memory.buffer) } }
        at(p) { this.run(); return this.v[p] } }
    """,
    "switch": """
        export function f(w, k) { const v = new Uint8Array(w.exports.memory.buffer);
        switch (k) { case 0: w.exports.run(); break; case 1: return v[1]; }
        return v[0] } // stale
    """,
    "switch, fresh": """
        export function f(w, k) { let v = new Uint8Array(w.exports.memory.buffer);
        switch (k) { case 0: w.exports.run(); v = new Uint8Array(w.exports.memory.buffer); break;
        default: return v[1]; }
        return v[0] }
    """,
    "comma": """
        export function f(w) { const v = new Uint8Array(w.exports.memory.buffer);
        return w.exports.run(), v[0] } // stale
    """,
    "tagged template": """
        function tag(strings, v, w) { w.exports.run();
        return v[0] } // stale
        export const f = (w) => tag`${new Uint8Array(w.exports.memory.buffer)}${w}`;
    """,
    "tagged template, order": """
        export const f = (w, tag) => {
        return tag`${new Uint8Array(w.exports.memory.buffer)}${w.exports.run()}` }; // stale
    """,
    "own memory, renewed by its only grower": """
        export class Trie { constructor() { this.m = new WebAssembly.Memory({ initial: 1 });
        this.v = new Uint8Array(this.m.buffer) }
        enlarge() { this.m.grow(1); this.v = new Uint8Array(this.m.buffer) }
        at(i) { return this.v[i] } }
    """,
    "own memory, a grower forgets": """
        export class Trie { constructor() { this.m = new WebAssembly.Memory({ initial: 1 });
        this.v = new Uint8Array(this.m.buffer) }
        enlarge() { this.m.grow(1); this.v = new Uint8Array(this.m.buffer) } more() { this.m.grow(2) }
        at(i) { return this.v[i] } } // stale
    """,
    "own memory that a module gets": """
        export class Trie { constructor(b) { this.m = new WebAssembly.Memory({ initial: 1 });
        this.v = new Uint8Array(this.m.buffer);
        this.x = new WebAssembly.Instance(b, { env: { memory: this.m } }) }
        enlarge() { this.m.grow(1); this.v = new Uint8Array(this.m.buffer) }
        at(i) { return this.v[i] } } // stale
    """,
    "object that only passes through": """
        export function first(o) { return o.v[0] }
        export const f = (w) => first({ v: new Uint8Array(w.exports.memory.buffer) });
    """,
    "tagged template calls": """
        export function f(w) { const tag = (s, x) => w.exports.run(x);
        const v = new Uint8Array(w.exports.memory.buffer); tag`a${1}`;
        return v[0] } // stale
    """,
    "null guard": """
        let v = null; export function at(w, p) {
        if (v === null) v = new Uint8Array(w.exports.memory.buffer);
        return v[p] } // stale
    """,
    "async fn with view argument": """
        async function fill(v, src) { const x = await src.read();
        v.set(x) } // stale
        export const f = (w, src) => fill(new Uint8Array(w.exports.memory.buffer), src);
    """,
    "Promise.all": """
        const one = async (w) => new Uint8Array(w.exports.memory.buffer);
        export async function f(w) { const [a, b] = await Promise.all([one(w), one(w)]);
        w.exports.run();
        return a[0] + b[0] } // stale
    """,
    "object literal order": """
        export function f(w) { const o = { v: new Uint8Array(w.exports.memory.buffer), n: w.exports.run() };
        return o.v[o.n] } // stale
    """,
    "object literal order, fresh": """
        export function f(w) { const o = { n: w.exports.run(), v: new Uint8Array(w.exports.memory.buffer) };
        return o.v[o.n] }
    """,
    "array literal order": """
        export function f(w) { const [v, n] = [new Uint8Array(w.exports.memory.buffer), w.exports.run()];
        return v[n] } // stale
    """,
    "collected results of a function": """
        function one(w, x) { const p = w.exports.run(x); return {
        p, v: new Uint8Array(w.exports.memory.buffer, p) } }
        export function f(w, list) { const all = []; for (const x of list) all.push(one(w, x));
        return all[0].v[0] } // stale
    """,
    "results of a function, each used at once": """
        function one(w, x) { const p = w.exports.run(x); return {
        p, v: new Uint8Array(w.exports.memory.buffer, p) } }
        export function f(w, list) { let s = 0; for (const x of list) { const o = one(w, x);
        s += o.v[0] } return s }
    """,
    "unknown object with a field": """
        export class A { constructor(w) { this.w = w;
        this.pixels = new Uint8Array(w.exports.memory.buffer) } }
        export function draw(a) { a.w.exports.run();
        return a.pixels[0] } // stale
    """,
    "param object renewed": """
        export class A { constructor(w) { this.w = w; this.renew() } renew() {
        this.pixels = new Uint8Array(this.w.exports.memory.buffer) } }
        export function draw(a) { a.w.exports.run(); a.renew(); return a.pixels[0] }
    """,
    "subclass": """
        class B { at(p) { return this.v[p] } } // stale
        export class A extends B { constructor(w) { super();
        this.v = new Uint8Array(w.exports.memory.buffer) } }
    """,
    "apply with array": """
        function read(v, w) { w.exports.run();
        return v[0] } // stale
        export function f(w) { return read.apply(null, [new Uint8Array(w.exports.memory.buffer), w]) }
    """,
    "spread call": """
        function read(v, w) { w.exports.run();
        return v[0] } // stale
        export function f(w) { const a = [new Uint8Array(w.exports.memory.buffer), w]; return read(...a) }
    """,
    "rest parameter": """
        function read(w, ...vs) { w.exports.run();
        return vs[0][0] } // stale
        export function f(w) { return read(w, new Uint8Array(w.exports.memory.buffer)) }
    """,
    "setter": """
        export class A { set view(v) { this._v = v } init(w) {
        this.view = new Uint8Array(w.exports.memory.buffer) }
        at(p) { return this._v[p] } } // stale
    """,
    "async iterator": """
        async function* views(w) { yield new Uint8Array(w.exports.memory.buffer) }
        export async function f(w) { for await (const v of views(w)) { w.exports.run();
        v[0] = 1 } } // stale
    """,
    "Object.entries of views": """
        export function f(w) { const o = { a: new Uint8Array(w.exports.memory.buffer) }; w.exports.run();
        for (const [k, v] of Object.entries(o))
        v[0] = 1 } // stale
    """,
    "Object.values callback": """
        export function f(w) { const o = { a: new Uint8Array(w.exports.memory.buffer) }; w.exports.run();
        Object.values(o).forEach((v) => v.fill(0)) } // stale
    """,
    "Array.from": """
        export function f(w, n) { const vs = Array.from({
        length: n }, (_, i) => new Uint8Array(w.exports.memory.buffer, i)); w.exports.run();
        return vs[0][0] } // stale
    """,
    "buffer in object": """
        export function f(w) { const s = { buffer: w.exports.memory.buffer }; w.exports.run();
        return new Uint8Array(s.buffer)[0] } // stale
    """,
    "label loop": """
        export function f(w, n) { const v = new Uint8Array(w.exports.memory.buffer);
        outer: for (let i = 0; i < n; i++) { for (;;) { if (v[i]) continue outer; // stale
        w.exports.run(); break } } function outer2() {} }
    """,
    "conditional alias": """
        export function f(w, k) { const a = { v: new Uint8Array(w.exports.memory.buffer) }, b = {
        v: null }; const o = k ? a : b;
        w.exports.run();
        return o.v[0] } // stale
    """,
    "pop from a list": """
        const free = []; export function give(w) { free.push(new Uint8Array(w.exports.memory.buffer)) }
        export function take() { const v = free.pop(); v[0] = 1; return 1 } // stale
    """,
    "linked objects": """
        class Node { constructor(v, next) { this.bytes = v; this.next = next } }
        let head = null; export function push(w) {
        head = new Node(new Uint8Array(w.exports.memory.buffer), head) }
        export function sum() { let s = 0; for (let n = head; n; n = n.next)
        s += n.bytes[0]; // stale
        return s }
    """,
    "view via destructured HEAP in closure": """
        export function make({ HEAPF32, _run }) { return (p) => { _run(p);
        return HEAPF32[p] } } // stale
    """,
    "event handler": """
        export function f(w, node) { const v = new Uint8Array(w.exports.memory.buffer);
        node.addEventListener("x", () => { node.y = v[0] }) } // stale
    """,
    "logical assignment": """
        let v; export function at(w, p) { v ||= new Uint8Array(w.exports.memory.buffer);
        return v[p] } // stale
    """,
    "siblings refresh": """
        export class A { constructor(w) { this.w = w; this.refresh() } refresh() {
        this.v = new Uint8Array(this.w.exports.memory.buffer) }
        a(p) { this.refresh(); return this.v[p] }
        b(p) { this.refresh(); return this.v[p + 1] }
        c(p) { return this.v[p + 2] } } // stale
    """,
    "Array destructuring swap": """
        export function f(w) { let a = new Uint8Array(w.exports.memory.buffer), b = new Uint8Array(4);
        [a, b] = [b, a]; w.exports.run();
        return b[0] } // stale
    """,
    "for of array of views": """
        export function f(w, ps) { const vs = [];
        for (const p of ps) vs.push(new Uint8Array(w.exports.memory.buffer, p));
        w.exports.run(); for (const v of vs)
        v.fill(0) } // stale
    """,
    "inner function declared later": """
        export function f(w) { const v = new Uint8Array(w.exports.memory.buffer); step();
        return v[0]; // stale
        function step() { w.exports.run() } }
    """,
    "proto method, constructor function": """
        export function A(w) { this.w = w; this.bytes = new Uint8Array(w.exports.memory.buffer) }
        A.prototype.at = function (p) { return this.bytes[p] }; // stale
    """,
    "stream writer loop": """
        export async function f(Module, out) { const w = out.getWriter(); let n;
        const v = Module.HEAPU8.subarray(0, 9);
        while ((n = Module._run())) { await w.write(v) } } // stale
    """,
    "new.target constructor returns": """
        export const f = (w) => { const v = new DataView(w.exports.memory.buffer);
        const n = w.exports.run() | 0;
        return n ? v.getInt8(n) : 0 }; // stale
    """,
}
