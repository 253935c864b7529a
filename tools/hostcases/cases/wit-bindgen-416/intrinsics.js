let dataView0;
export const setView = (view) => {
  dataView0 = view;
};
export const lowerPair = ([left, right], at) => {
  dataView0.setInt32(at, left, true); // expect: finding
  dataView0.setInt32(at + 4, right, true);
  return 0;
};
export const readPair = (exports, at) => {
  const view = new DataView(exports.memory.buffer);
  return [view.getInt32(at, true), view.getInt32(at + 4, true)];
};
