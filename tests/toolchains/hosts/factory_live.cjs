// A host that reads Emscripten's view after the call, as the advice says.
const factory = require("./guest.js");

exports.fill = async function () {
  const Module = await factory();
  const start = Module._take(1048576);
  Module.HEAPU8[start] = 1;
};
