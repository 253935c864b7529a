// module: callback.wat
// The view is fetched again before the result is written.
let exports;
const functions = [];
export function register(callee) {
  return functions.push(callee) - 1;
}
export function setInstance(instance) {
  exports = instance.exports;
}
export function callFunction(index, result) {
  let view = new DataView(exports.memory.buffer);
  const argument = view.getUint32(result, true);
  const value = functions[index].apply(undefined, [argument]);
  view = new DataView(exports.memory.buffer);
  view.setUint32(result, value, true);
  return 0;
}
export const imports = { env: { callback: callFunction } };
