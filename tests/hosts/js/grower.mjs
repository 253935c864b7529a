// This worker grows the memory in each message, and writes to the new page.

addEventListener("message", ({ data: memory }) => {
  memory.grow(1);
  new Uint8Array(memory.buffer)[65536] = 42;
  postMessage("grown");
});
