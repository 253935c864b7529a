// This script measures the processor time that register costs: node support/cost.mjs, and the same with
// --import ./register.mjs

import { REFERRER, instantiate } from "./guests.mjs";

const { exports } = instantiate(REFERRER);
const { add, idle, memory } = exports;
const array = new Uint8Array(64);
const data = new DataView(array.buffer);

const LOOPS = {
  "call of an export": () => add(1, 2),
  "call, then read through a new view": () => {
    idle();
    return new Uint8Array(memory.buffer)[8];
  },
  "new Uint8Array(16)": () => new Uint8Array(16)[0],
  "array.subarray(0, 8)": () => array.subarray(0, 8).length,
  "array.set(other)": () => array.set(ARRAY),
  "dataView.getInt32(0)": () => data.getInt32(0),
  "array[i]": () => array[8],
};
const ARRAY = new Uint8Array(8);
const COUNT = 200_000;

let sink = 0;
for (const [name, run] of Object.entries(LOOPS)) {
  const times = [];
  for (let round = 0; round < 7; round++) {
    const start = process.cpuUsage();
    for (let i = 0; i < COUNT; i++) {
      sink += Number(run()) || 0;
    }
    const { user, system } = process.cpuUsage(start);
    times.push(((user + system) * 1000) / COUNT);
    // A loop without turns of the event loop keeps all its views.
    await new Promise((resolve) => setImmediate(resolve));
  }
  console.log(`${times.sort((a, b) => a - b)[3].toFixed(1).padStart(9)} ns  ${name}`);
}
console.assert(!Number.isNaN(sink));
