import { register } from "./index.js";

export function start(instance) {
  return register((value) => value + instance.exports.run());
}
