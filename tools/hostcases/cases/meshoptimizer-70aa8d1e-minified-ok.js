// All allocations come before the view is made.
var t;function n(r){t=r.exports}function e(r,o){var i=t.malloc(r.byteLength),a=o?t.malloc(o.byteLength):0,u=new Uint8Array(t.memory.buffer);return u.set(r,i),o&&u.set(o,a),t.work(i,r.length)&&a}export{n as init,e as spheres};
