// module: callback.wat
// An import makes a view, calls a function of the application, which calls back into the module, and writes the result.
// Bug: toyobayashi/emnapi#220 (947efd4b, function calls). Fix: the view is fetched again before the result is written.
let exports;
const functions = [];
export function register(callee) {
  return functions.push(callee) - 1;
}
export function setInstance(instance) {
  exports = instance.exports;
}
export function callFunction(index, result) {
  const view = new DataView(exports.memory.buffer);
  const argument = view.getUint32(result, true);
  const value = functions[index].apply(undefined, [argument]);
  view.setUint32(result, value, true); // expect: finding
  return 0;
}
export const imports = { env: { callback: callFunction } };
