"""List host code that uses a stale view, each sample by the feature that it tests."""

KEPT = {
    "seed": """
        const {instance}=await WebAssembly.instantiate(b); const wasmExports=instance.exports;
        const mem8=new Uint8Array(wasmExports.memory.buffer); mem8.set(x,1);
        const n=wasmExports.set_name(1,2); console.log(mem8.slice(1,n));
    """,
    "module const": """
        const mem8=new Uint8Array(wasm.memory.buffer); export function greet(){ wasm.set_name();
        return mem8.slice(0,1) }
    """,
    "local": """
        function f(e){const u=new Uint8Array(e.exports.memory.buffer); e.exports.g(); return u[0]}
    """,
    "buffer": """
        function f(e){const {buffer}=e.memory; e.g(); return new Uint8Array(buffer)}
    """,
    "class field": """
        class A{constructor(m){this.v=new DataView(m.exports.memory.buffer)}
        r(p){return this.v.getUint8(p)}}
    """,
    "class field init": """
        class A{ mem=new WebAssembly.Memory({initial:1}); v=new Uint8Array(this.mem.buffer);
        r(){return this.v[0]}}
    """,
    "comment in parentheses": """
        function f(e){const u=(/* a view */ new Uint8Array(e.exports.memory.buffer)); e.exports.g();
        return u[0]}
    """,
    "alias": """
        function f(e){const u=new Uint8Array(e.exports.memory.buffer); const w=u; e.exports.g();
        return w[0]}
    """,
    "subarray": """
        function f(e){const u=new Uint8Array(e.exports.memory.buffer).subarray(1,2); e.exports.g();
        return u[0]}
    """,
    "loop": """
        function f(e){const u=new Uint8Array(e.exports.memory.buffer); for(let i=0;i<9;i++){ u[i]=1;
        e.exports.g(); }}
    """,
    "branch": """
        function f(e,c){const u=new Uint8Array(e.exports.memory.buffer); if(c) e.exports.g();
        return u[0]}
    """,
    "late write": """
        function f(e){const u=new Uint8Array(e.exports.memory.buffer); u[0]=e.exports.g();}
    """,
    "late arg": """
        function f(e){const u=new Uint8Array(e.exports.memory.buffer); u.set(x, e.exports.malloc(3));}
    """,
    "await": """
        async function f(e){const u=new Uint8Array(e.exports.memory.buffer); await x; return u[0]}
    """,
    "try": """
        function f(e){const u=new Uint8Array(e.exports.memory.buffer); try{ e.exports.g() }catch(_){
        return u[0] }}
    """,
    "closure": """
        function f(m){const u=new Uint8Array(m.exports.memory.buffer); return {get:()=>u[0]}}
    """,
    "lazy": """
        let u; function v(){ if(!u) u=new Uint8Array(wasm.memory.buffer); return u }
    """,
    "minified": """

        let a,b;WebAssembly.instantiate(z,{}).then(c=>{a=c.instance.exports;
        b=new Uint8Array(a.c.buffer)});function d(){a.e();return b[0]}

    """,
    "live kept": """
        import {liveViews} from 'nogrow-views'; function f(e){const views=liveViews(e.memory);
        const u8=views.u8; e.g(); return u8[0]}
    """,
    "helper": """
        function h(e){e.exports.g()} function f(e){const u=new Uint8Array(e.exports.memory.buffer);
        h(e); return u[0]}
    """,
    "param memory": """
        function mk(q){const u=new Uint8Array(q.buffer); return ()=>u} mk(inst.exports.memory)
    """,
    "new mem": """
        const m=new WebAssembly.Memory({initial:1,maximum:9}); const u=new Uint8Array(m.buffer);
        function r(){return u[0]}
    """,
    "object prop": """
        const s={u:new Uint8Array(wasm.memory.buffer)}; function r(){return s.u[0]}
    """,
    "self": """
        function K(i){var s=this; s.h=new Uint8Array(i.exports.memory.buffer);
        s.r=function(){return s.h[0]}}
    """,
    "proto": """
        function K(i){this.h=new Uint8Array(i.exports.memory.buffer)}
        K.prototype.r=function(){return this.h[0]}
    """,
    "unknown call": """
        import {run} from './x.js'; function f(){const u=new Uint8Array(memory.buffer); run();
        return u[0]}
    """,
    "buffer from": """
        function f(e){const u=Buffer.from(e.exports.memory.buffer); e.exports.g(); return u[0]}
    """,
    "getter then kept": """
        const v=()=>new Uint8Array(wasm.memory.buffer); function f(){const u=v(); wasm.g(); return u[0]}
    """,
    "guard too early": """
        function f(e){let u=new Uint8Array(e.exports.memory.buffer);
        if(u.buffer!==e.exports.memory.buffer)u=new Uint8Array(e.exports.memory.buffer); e.exports.g();
        return u[0]}
    """,
    "callback": """
        function f(e,l){const u=new Uint8Array(e.exports.memory.buffer); l.forEach(x=>{u[x]=1;
        e.exports.g(x)})}
    """,
    "called inner": """
        function f(e){const u=new Uint8Array(e.exports.memory.buffer); const at=i=>u[i]; e.exports.g();
        return at(1)}
    """,
    "init fn": """
        let u; async function init(){const {instance}=await WebAssembly.instantiate(b);
        u=new Uint8Array(instance.exports.memory.buffer)} function r(){return u[0]}
    """,
    "destructured exports": """
        const {memory:m,run}=(await WebAssembly.instantiate(b)).instance.exports;
        const u=new Uint8Array(m.buffer); run(); u[0];
    """,
    "switch": """
        function f(e,k){const u=new Uint8Array(e.exports.memory.buffer);
        switch(k){case 1: e.exports.g(); case 2: return u[0]}}
    """,
    "ternary": """
        function f(e,k){const u=new Uint8Array(e.exports.memory.buffer); k?e.exports.g():0; return u[0]}
    """,
    "export kept": """
        export const u=new Uint8Array(wasm.memory.buffer);
    """,
    "while cond": """
        function f(e){const u=new Uint8Array(e.exports.memory.buffer); let s=0;
        while(e.exports.next()) s+=u[0]; return s}
    """,
    "optional": """
        function f(e){const u=new Uint8Array(e?.exports?.memory?.buffer); e?.exports?.g?.();
        return u?.[0]}
    """,
    "return obj": """
        function f(e){const u=new Uint8Array(e.exports.memory.buffer); e.exports.g(); return {u}}
    """,
    "length kept": """
        function f(e){const u=new Uint8Array(e.exports.memory.buffer);
        for(let i=0;i<u.length;i++){e.exports.g(u[i])}}
    """,
    "arrow class field": """
        class A{r=()=>this.v[0]; constructor(e){this.v=new Uint8Array(e.exports.memory.buffer)}}
    """,
    "chained call on an object made of exports": """
        const {run}=Object.assign({},inst.exports); function f(){const u=new Uint8Array(memory.buffer);
        run(); return u[0]}
    """,
    "global function": """
        function f(){const u=new Uint8Array(memory.buffer); globalThis.go(); return u[0]}
    """,
    "method that enters": """
        class H{get(i){return wasm.load(i)}} function f(h){const u=new Uint8Array(wasm.memory.buffer);
        h.get(1); return u[0]}
    """,
    "finally": """
        function f(e){const u=new Uint8Array(e.exports.memory.buffer); try{ e.exports.g() } finally {
        u[0]=1 }}
    """,
    "do while": """
        function f(e){const u=new Uint8Array(e.exports.memory.buffer); do { u[0]=1 }
        while(e.exports.more())}
    """,
    "labelled continue": """
        function f(e){const u=new Uint8Array(e.exports.memory.buffer); a: for(;;){ for(;;){ u[0];
        e.exports.g(); continue a }}}
    """,
    "for of await": """
        async function f(e,s){const u=new Uint8Array(e.exports.memory.buffer);
        for await(const x of s) u[0]=x}
    """,
    "yield": """
        function* f(e){const u=new Uint8Array(e.exports.memory.buffer); yield 1; return u[0]}
    """,
    "private field": """
        class A{#v; constructor(e){this.#v=new Uint8Array(e.exports.memory.buffer)}
        r(){return this.#v[0]}}
    """,
    "wasm import": """
        import * as wasm from './x_bg.wasm'; const u=new Uint8Array(wasm.memory.buffer);
        export function r(){return u[0]}
    """,
    "grow says memory": """
        function f(q){const u=new Uint8Array(q.buffer); q.grow(1); go(); return u[0]}
    """,
    "instanceof is no use but the call is": """
        function f(e){const u=new Uint8Array(e.exports.memory.buffer); e.exports.g();
        if(u instanceof Uint8Array) return u.slice(1)}
    """,
    "a fixed live view": """
        const views=liveViews(i.exports.memory); function f(){const v=views.fixed.u8; i.exports.g();
        return v[0]}
    """,
    "es module default": """
        const view=new DataView(i.exports.memory.buffer); export {view};
    """,
    "do while a compound condition": """
        function f(e,a) { const u=new Uint8Array(e.exports.memory.buffer);
        do { u[0]=1 } while(a && e.exports.more()) }
    """,
    "a handler after a call and a rebuild": """
        function f(e) { let u=new Uint8Array(e.exports.memory.buffer);
        try { e.exports.g(); u=new Uint8Array(e.exports.memory.buffer) } catch(_) { return u[0] } }
    """,
    "only where it was missing": """
        function f(e) { let u=new Uint8Array(e.exports.memory.buffer); e.exports.g();
        u ??= new Uint8Array(e.exports.memory.buffer); return u[0] }
    """,
    "a rebuild that fails": """
        function f(e) { let u=new Uint8Array(e.exports.memory.buffer); e.exports.g();
        try { u=new Uint8Array(e.exports.memory.buffer) } catch(_) { return u[0] } }
    """,
}
