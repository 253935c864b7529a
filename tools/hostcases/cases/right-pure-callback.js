// Right: between view and use stand callbacks and helpers that only compute.
const clamp = (value) => Math.min(255, Math.max(0, value));
function histogram(view, bins) {
  const counts = new Array(bins).fill(0);
  view.forEach((value) => {
    counts[Math.floor((value * bins) / 256)]++;
  });
  return counts;
}
export function equalize(wasm, ptr, size) {
  const pixels = new Uint8Array(wasm.memory.buffer, ptr, size);
  const counts = histogram(pixels, 4);
  const order = counts.map((count, index) => ({ count, index })).sort((a, b) => b.count - a.count);
  for (let i = 0; i < size; i++) pixels[i] = clamp(pixels[i] + order[0].index);
  return pixels[0];
}
