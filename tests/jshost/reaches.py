"""Host code whose import `a.b` calls back into the module, by the way it gets to the export or the table.

`m` is the module, and `e` gets its exports: `grow`, which grows the memory, `run`, which calls the import,
and the table `t`, whose entry 0 is `grow`.
"""

INSTANCE = "e = new WebAssembly.Instance(m, i).exports; e.run()"
"""What most cases end with."""

EXPORTS = {
    "member": "const i={a:{b:()=>e.grow()}};",
    "bracket": "const i={a:{b:()=>e['grow']()}};",
    "template": "const i={a:{b:()=>e[`grow`]()}};",
    "optional call": "const i={a:{b:()=>e?.grow?.()}};",
    "computed": "const k=['gr','ow'].join(''); const i={a:{b:()=>e[k]()}};",
    "concatenated": "const k='ow'; const i={a:{b:()=>e['gr'+k]()}};",
    "destructured": "const i={a:{b:()=>{const {grow}=e; grow()}}};",
    "destructured and renamed": "const i={a:{b:()=>{const {grow: g}=e; g()}}};",
    "destructured with default": "const i={a:{b:()=>{const {grow: g=()=>1}=e; g()}}};",
    "rest of a pattern": "const i={a:{b:()=>{const {run, ...others}=e; others.grow()}}};",
    "call": "const i={a:{b:()=>e.grow.call(null)}};",
    "apply": "const i={a:{b:()=>e.grow.apply(null, [])}};",
    "bound": "const i={a:{b:()=>e.grow.bind(null)()}};",
    "Reflect.apply": "const i={a:{b:()=>Reflect.apply(e.grow, null, [])}};",
    "Reflect.get": "const i={a:{b:()=>Reflect.get(e, 'grow')()}};",
    "comma": "const i={a:{b:()=>(0, e.grow)()}};",
    "conditional": "const i={a:{b:()=>(e ? e.grow : null)()}};",
    "passed to a function": "const run=f=>f(); const i={a:{b:()=>run(e.grow)}};",
    "exports passed to a function": "const run=x=>x.grow(); const i={a:{b:()=>run(e)}};",
    "passed in an object": "const run=o=>o.f(); const i={a:{b:()=>run({f: e.grow})}};",
    "destructured parameter": "const run=({grow})=>grow(); const i={a:{b:()=>run(e)}};",
    "rest parameter": "const run=(...fs)=>fs[0](); const i={a:{b:()=>run(e.grow)}};",
    "spread": "const run=f=>f(); const i={a:{b:()=>run(...[e.grow])}};",
    "arguments": "function run(){arguments[0]()} const i={a:{b:()=>run(e.grow)}};",
    "closure of a closure": "const make=()=>()=>()=>e.grow(); const i={a:{b:()=>make()()()}};",
    "served by a closure": "const make=f=>()=>f(); const i={a:{b:make(()=>e.grow())}};",
    "registered first": "let cb; const on=f=>{cb=f}; on(()=>e.grow()); const i={a:{b:()=>cb()}};",
    "registered in an array": (
        "const cbs=[]; cbs.push(()=>e.grow()); const i={a:{b:()=>cbs.forEach(f=>f())}};"
    ),
    "registered in a map": "const q=new Map(); q.set('k',()=>e.grow()); const i={a:{b:()=>q.get('k')()}};",
    "iterated map": "const q=new Map([['k',()=>e.grow()]]); const i={a:{b(){for(const [k,f] of q) f()}}};",
    "set": "const q=new Set([()=>e.grow()]); const i={a:{b(){for(const f of q) f()}}};",
    "popped": "const q=[()=>e.grow()]; const i={a:{b:()=>q.pop()()}};",
    "mapped": "const q=['grow'].map(k=>()=>e[k]()); const i={a:{b:()=>q[0]()}};",
    "stored on the global object": "const i={a:{b:()=>globalThis.cb()}}; globalThis.cb=()=>e.grow();",
    "stored in an object": "const o={}; const i={a:{b:()=>o.deep.cb()}}; o.deep={cb:()=>e.grow()};",
    "getter": "const o={get x(){return e.grow()}}; const i={a:{b:()=>{o.x}}};",
    "getter that returns it": "const o={get x(){return e.grow}}; const i={a:{b:()=>{o.x()}}};",
    "setter": "const o={set x(v){e.grow()}}; const i={a:{b:()=>{o.x=1}}};",
    "defined property": (
        "const o={}; Object.defineProperty(o,'x',{get:()=>e.grow()}); const i={a:{b(){o.x}}};"
    ),
    "conversion": "const o={valueOf(){return e.grow()}}; const i={a:{b:()=>{+o}}};",
    "iterator": "const o={*[Symbol.iterator](){yield e.grow()}}; const i={a:{b:()=>{for(const x of o);}}};",
    "generator": "function* g(){yield e.grow()} const i={a:{b:()=>{g().next()}}};",
    "method of a class": "class C{x(){e.grow()}} const c=new C(); const i={a:{b:()=>c.x()}};",
    "inherited method": (
        "class B{x(){e.grow()}} class C extends B{} const c=new C(); const i={a:{b:()=>c.x()}};"
    ),
    "overridden method": (
        "class B{y(){this.x()} x(){}} class C extends B{x(){e.grow()}} const c=new C();"
        "const i={a:{b:()=>c.y()}};"
    ),
    "super": (
        "class B{x(){e.grow()}} class C extends B{x(){super.x()}} const c=new C(); const i={a:{b:()=>c.x()}};"
    ),
    "static method": "class C{static x(){e.grow()}} const i={a:{b:()=>C.x()}};",
    "private method": "class C{#x(){e.grow()} y(){this.#x()}} const c=new C(); const i={a:{b:()=>c.y()}};",
    "field of a class": "class C{x=()=>e.grow()} const c=new C(); const i={a:{b:()=>c.x()}};",
    "constructor": "class C{constructor(){e.grow()}} const i={a:{b:()=>{new C()}}};",
    "inherited constructor": (
        "class B{constructor(){e.grow()}} class C extends B{} const i={a:{b:()=>{new C()}}};"
    ),
    "prototype": "function C(){} C.prototype.x=()=>e.grow(); const c=new C(); const i={a:{b:()=>c.x()}};",
    "this": "function C(){this.x=()=>e.grow()} const c=new C(); const i={a:{b:()=>c.x()}};",
    "exports kept in a field": (
        "class W{init(x){this.x=x} grow(){this.x.grow()}} const w=new W(); const i={a:{b:()=>w.grow()}};"
        "e=new WebAssembly.Instance(m,i).exports; w.init(e); e.run();"
    ),
    "exports merged": "const o={}; const i={a:{b:()=>o.grow()}}; setup=()=>Object.assign(o,e);",
    "exports copied one by one": (
        "const o={}; const i={a:{b:()=>o.grow()}}; setup=()=>{for(const k in e) o[k]=e[k]};"
    ),
    "exports spread": "let o; const i={a:{b:()=>o.grow()}}; setup=()=>{o={...e}};",
    "exports in a loop": (
        "const o={}; const i={a:{b:()=>o._grow()}}; setup=()=>{for(const k in e) o['_'+k]=e[k]};"
    ),
    "entries": "const i={a:{b(){for(const [k,f] of Object.entries(e)) if(k==='grow') f()}}};",
    "proxy of exports": "let p; const i={a:{b:()=>p.grow()}}; setup=()=>{p=new Proxy(e,{})};",
    "proxy with a trap": "const p=new Proxy({},{get:()=>e.grow}); const i={a:{b:()=>p.x()}};",
    "trap that calls": "const p=new Proxy({},{get:()=>e.grow()}); const i={a:{b:()=>{p.x}}};",
    "called proxy": "const p=new Proxy(()=>1,{apply:()=>e.grow()}); const i={a:{b:()=>p()}};",
    "instance kept": (
        "let s={}; const i={a:{b:()=>s.instance.exports.grow()}}; setup=x=>{s.instance={exports:e}};"
    ),
    "table get": "const i={a:{b:()=>e.t.get(0)()}};",
    "table in a variable": "let w; const i={a:{b:()=>w.get(0)()}}; setup=()=>{w=e.t};",
    "table entry kept": (
        "let w; const c=[]; const at=n=>c[n]||(c[n]=w.get(n));const i={a:{b:()=>at(0)()}}; setup=()=>{w=e.t};"
    ),
    "sorted": "const i={a:{b:()=>{[1,2].sort(()=>e.grow())}}};",
    "replacer": "const i={a:{b:()=>{'x'.replace('x',()=>{e.grow(); return ''})}}};",
    "JSON": "const i={a:{b:()=>{JSON.stringify({toJSON(){e.grow()}})}}};",
    "thrown": "const i={a:{b(){try{throw e.grow}catch(f){f()}}}};",
    "tagged template": "const t=(s,f)=>f(); const i={a:{b(){t`${e.grow}`}}};",
    "promise executor": "const i={a:{b(){new Promise(()=>e.grow())}}};",
    "recursion": "const f=n=>n?f(n-1):e.grow(); const i={a:{b:()=>f(3)}};",
    "labels and loops": "const i={a:{b(){for(const f of [e.grow]) f()}}};",
    "default parameter": "const run=(f=e.grow)=>f(); const i={a:{b:()=>run()}};",
    "logical assignment": "let f; const i={a:{b(){f??=e.grow; f()}}};",
    "import object in a loop": "const i={a:{}}; for(const k of ['b']) i.a[k]=()=>e.grow();",
    "import object merged": "const i={a:Object.assign({},{b:()=>e.grow()})};",
    "import object spread": "const base={b:()=>e.grow()}; const i={...{a:{...base}}};",
    "import object inherited": "const i={a:Object.create({b:()=>e.grow()})};",
    "import object of a class": "class E{b=()=>e.grow()} const i={a:new E()};",
    "methods of a class": "class E{b(){e.grow()}} const i={a:new E()};",
    "import object from entries": "const i={a:Object.fromEntries([['b',()=>e.grow()]])};",
    "import behind a proxy": "const i={a:new Proxy({},{get:()=>()=>e.grow()})};",
    "import with a getter": "const i={a:{get b(){return ()=>e.grow()}}};",
    "with symbol": "const s=Symbol(); const o={[s]:()=>e.grow()}; const i={a:{b:()=>o[s]()}};",
    "weakmap": "const k={}, w=new WeakMap(); w.set(k,()=>e.grow()); const i={a:{b:()=>w.get(k)()}};",
    "weakref": "const r=new WeakRef({f:()=>e.grow()}); const i={a:{b:()=>r.deref().f()}};",
    "mixin": (
        "const M=B=>class extends B{x(){e.grow()}}; class A{} const c=new (M(A))(); const "
        "i={a:{b:()=>c.x()}};"
    ),
    "bound method table": (
        "class C{constructor(){this.h={x:this.x.bind(this)}} x(){e.grow()}} const c=new C(); const "
        "i={a:{b:()=>c.h.x()}};"
    ),
    "emitter": (
        "class E{constructor(){this.l={}} on(n,f){(this.l[n]=this.l[n]||[]).push(f)} "
        "emit(n){this.l[n].forEach(f=>f())}} const q=new E(); q.on('g',()=>e.grow()); const "
        "i={a:{b:()=>q.emit('g')}};"
    ),
    "curry": "const c=f=>a=>b=>f(a,b); const i={a:{b:()=>c((x,y)=>e.grow())(1)(2)}};",
    "compose": (
        "const comp=(...fs)=>x=>fs.reduceRight((v,f)=>f(v),x); const "
        "i={a:{b:()=>comp(()=>e.grow(),x=>x)(1)}};"
    ),
    "memo": (
        "const memo=f=>{const c={}; return k=>c[k]||(c[k]=f(k))}; const g=memo(k=>e[k]); const "
        "i={a:{b:()=>g('grow')()}};"
    ),
    "array destructuring of object values": (
        "const i={a:{b(){const [f]=Object.values(e).filter(f=>f.name); for(const g of "
        "Object.values(e)) if(typeof g==='function'&&g!==e.run) g()}}};"
    ),
    "switch": (
        "const pick=n=>{switch(n){case 0:return e.stay;default:return e.grow}}; const "
        "i={a:{b:()=>pick(1)()}};"
    ),
    "try finally": "const i={a:{b(){try{return 1}finally{e.grow()}}}};",
    "async before await": "const i={a:{b(){(async()=>{e.grow()})()}}};",
    "labelled args": "function f(){return f.g()} f.g=()=>e.grow(); const i={a:{b:()=>f()}};",
    "function property": "const f=()=>1; f.call2=()=>e.grow(); const i={a:{b:()=>f.call2()}};",
    "Function.prototype.call": "const i={a:{b:()=>Function.prototype.call.call(e.grow)}};",
    "call bind": (
        "const invoke=Function.prototype.call.bind(Function.prototype.call); const "
        "i={a:{b:()=>invoke(e.grow)}};"
    ),
    "Reflect.construct": "class C{constructor(){e.grow()}} const i={a:{b:()=>{Reflect.construct(C,[])}}};",
    "getOwnPropertyDescriptor": "const i={a:{b:()=>Object.getOwnPropertyDescriptor(e,'grow').value()}};",
    "getter via defineProperties": (
        "const o=Object.defineProperties({}, {x:{get(){return e.grow}}}); const i={a:{b:()=>o.x()}};"
    ),
    "__defineGetter__": "const o={}; o.__defineGetter__('x',()=>e.grow()); const i={a:{b:()=>{o.x}}};",
    "setPrototypeOf": "const o=Object.setPrototypeOf({}, {x(){e.grow()}}); const i={a:{b:()=>o.x()}};",
    "__proto__": "const o={__proto__:{x(){e.grow()}}}; const i={a:{b:()=>o.x()}};",
    "assigned __proto__": "const o={}; o.__proto__={x(){e.grow()}}; const i={a:{b:()=>o.x()}};",
    "Symbol.toPrimitive": "const o={[Symbol.toPrimitive](){e.grow();return 1}}; const i={a:{b:()=>{o+1}}};",
    "Symbol.iterator spread": "const o={*[Symbol.iterator](){e.grow()}}; const i={a:{b:()=>{[...o]}}};",
    "Array.prototype.forEach.call": "const i={a:{b:()=>Array.prototype.forEach.call([e.grow],f=>f())}};",
    "array concat": "const q=[].concat([()=>e.grow()]); const i={a:{b:()=>q[0]()}};",
    "flat": "const q=[[()=>e.grow()]].flat(); const i={a:{b:()=>q[0]()}};",
    "slice": "const q=[()=>e.grow()].slice(0); const i={a:{b:()=>q[0]()}};",
    "structured dispatch": "const T={ns:{x:()=>e.grow()}}; const i={a:{b:()=>T['n'+'s']['x']()}};",
    "two level computed": (
        "const T={ns:{x:()=>e.grow()}}; const k=['ns','x']; const i={a:{b:()=>T[k[0]][k[1]]()}};"
    ),
    "class in object": "const ns={C:class{x(){e.grow()}}}; const i={a:{b:()=>new ns.C().x()}};",
    "accessor on class": "class C{get x(){return e.grow()}} const c=new C(); const i={a:{b:()=>{c.x}}};",
    "static block": "class C{static f; static{C.f=()=>e.grow()}} const i={a:{b:()=>C.f()}};",
    "new.target factory": (
        "function F(){if(!new.target) return new F(); this.g=()=>e.grow()} const i={a:{b:()=>F().g()}};"
    ),
    "exports renamed in import": "let grow; const i={a:{b:()=>grow()}}; setup=()=>{({grow}=e)};",
    "globalThis computed": "globalThis['c'+'b']=()=>e.grow(); const i={a:{b:()=>globalThis['c'+'b']()}};",
    "global then spelled": "const n='cb'+1; globalThis[n]=()=>e.grow(); const i={a:{b:()=>cb1()}};",
    "onerror style": (
        "const q={}; q.onx=()=>e.grow(); const fire=n=>q['on'+n](); const i={a:{b:()=>fire('x')}};"
    ),
    "promise then sync in loop": (
        "const jobs=[]; const later=f=>jobs.push(f); const flush=()=>{let f; while(f=jobs.shift()) "
        "f()}; later(()=>e.grow()); const i={a:{b:()=>flush()}};"
    ),
    "queue linked list": (
        "let head=null; const add=f=>{head={f,next:head}}; add(()=>e.grow()); const "
        "i={a:{b(){for(let n=head;n;n=n.next) n.f()}}};"
    ),
    "table via iteration": "const i={a:{b(){for(const k in e) if(k==='t') e[k].get(0)()}}};",
    "exports by Object.entries destructure": (
        "let fs; const i={a:{b:()=>fs.grow()}}; "
        "setup=()=>{fs=Object.fromEntries(Object.entries(e).map(([k,v])=>[k,v]))};"
    ),
    "instance getter": (
        "class W{get exports(){return e}} const w=new W(); const i={a:{b:()=>w.exports.grow()}};"
    ),
    "wrapper proxy get": (
        "const p=new Proxy({}, {get(t,k){return (...a)=>e[k](...a)}}); const i={a:{b:()=>p.grow()}};"
    ),
    "JSON reviver": "const i={a:{b(){JSON.parse('[1]',()=>{e.grow()})}}};",
    "Array.from map": "const i={a:{b(){Array.from([1],()=>e.grow())}}};",
}

OTHERS = {
    "hook beside copied properties": (
        "const o={free:()=>e.grow()}, p={}; for(const k in o) p[k]=o[k];const i={a:{b:()=>p.hook&&p.hook()}};"
    ),
    "error for unknown code": (
        "const h=globalThis.hooks??{}; const i={a:{b:()=>h.onAbort?.(new Error('x'))}}; h.free=()=>e.grow();"
    ),
    "another export": "const i={a:{b:()=>e.stay()}}; other=()=>e.grow();",
    "other function of the object": "const o={x:()=>1,y:()=>e.grow()}; const i={a:{b:()=>o.x()}};",
    "element beside it": "const o={f:()=>e.grow()}, q=[1]; const i={a:{b:n=>{q[n|0]=n; return q[0]}}};",
    "builtin": "const i={a:{b:()=>Math.max(1,2)}}; other=()=>e.grow();",
    "log": "const i={a:{b:x=>console.log(x)}}; other=()=>e.grow();",
    "class with both": "class C{x(){return 1} y(){e.grow()}} const c=new C(); const i={a:{b:()=>c.x()}};",
}
