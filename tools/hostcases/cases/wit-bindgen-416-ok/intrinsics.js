let cached = new DataView(new ArrayBuffer(0));
const dataView = (memory) =>
  cached.buffer === memory.buffer ? cached : (cached = new DataView(memory.buffer));
export const lowerPair = (memory, [left, right], at) => {
  dataView(memory).setInt32(at, left, true);
  dataView(memory).setInt32(at + 4, right, true);
  return 0;
};
export const readPair = (exports, at) => {
  const view = new DataView(exports.memory.buffer);
  return [view.getInt32(at, true), view.getInt32(at + 4, true)];
};
