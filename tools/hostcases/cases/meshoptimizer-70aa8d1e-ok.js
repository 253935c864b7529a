// All allocations come before the view is made.
let wasm;
export function init(instance) {
  wasm = instance.exports;
}
export function spheres(points, radii) {
  const pointsAt = wasm.malloc(points.byteLength);
  const radiiAt = radii ? wasm.malloc(radii.byteLength) : 0;
  const heap = new Uint8Array(wasm.memory.buffer);
  heap.set(points, pointsAt);
  if (radii) heap.set(radii, radiiAt);
  return wasm.work(pointsAt, points.length) && radiiAt;
}
