// A thread that grows the memory that it is given whenever it is told to.

import { parentPort, workerData } from "node:worker_threads";

parentPort.on("message", (pages) => {
  workerData.grow(pages);
  parentPort.postMessage(pages);
});
