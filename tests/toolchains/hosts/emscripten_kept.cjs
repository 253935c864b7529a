// A host that keeps Emscripten's view across a call.
const Module = require("./guest.js");

exports.fill = function () {
  const view = Module.HEAPU8;
  const start = Module._take(1048576);
  view[start] = 1;
};
