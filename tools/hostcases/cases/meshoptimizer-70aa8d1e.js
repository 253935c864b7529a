// A view is made after the first allocation; a second one, in a branch, comes before the view is used again.
// Bug: zeux/meshoptimizer 70aa8d1e. Fix: all allocations come before the view is made.
let wasm;
export function init(instance) {
  wasm = instance.exports;
}
export function spheres(points, radii) {
  const pointsAt = wasm.malloc(points.byteLength);
  let radiiAt = 0;
  const heap = new Uint8Array(wasm.memory.buffer);
  heap.set(points, pointsAt);
  if (radii) {
    radiiAt = wasm.malloc(radii.byteLength);
    heap.set(radii, radiiAt); // expect: finding
  }
  return wasm.work(pointsAt, points.length) && radiiAt;
}
