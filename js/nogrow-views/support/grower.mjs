// This thread grows its memory by the number of pages in each message.

import { parentPort, workerData } from "node:worker_threads";

parentPort.on("message", (pages) => {
  workerData.grow(pages);
  parentPort.postMessage(pages);
});
