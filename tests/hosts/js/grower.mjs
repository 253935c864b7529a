// A worker that grows the memory it is sent, and writes into the new page.

addEventListener("message", ({ data: memory }) => {
  memory.grow(1);
  new Uint8Array(memory.buffer)[65536] = 42;
  postMessage("grown");
});
