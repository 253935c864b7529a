// As meshoptimizer-70aa8d1e, minified.
// Bug: zeux/meshoptimizer 70aa8d1e. Fix: all allocations come before the view is made.
var t;function n(r){t=r.exports}function e(r,o){var i=t.malloc(r.byteLength),a=0,u=new Uint8Array(t.memory.buffer);return u.set(r,i),o&&(a=t.malloc(o.byteLength),u.set(o,a)),t.work(i,r.length)&&a}export{n as init,e as spheres}; // expect: finding
