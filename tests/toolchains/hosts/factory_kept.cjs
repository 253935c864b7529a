// A host that keeps Emscripten's view across a call.
const factory = require("./guest.js");

exports.fill = async function () {
  const Module = await factory();
  const view = Module.HEAPU8;
  const start = Module._take(1048576);
  view[start] = 1;
};
