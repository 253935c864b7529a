// Call the exports of an AssemblyScript program through the bindings that its compiler writes.
//
// Usage: node bindings.mjs BINDINGS; the module is beside them.
import { createHash } from "node:crypto";
import { pathToFileURL } from "node:url";

globalThis.tell = (text, numbers) => text.slice(0, 5) + numbers.join();
const guest = await import(pathToFileURL(process.argv[2]));
const kept = new Uint8Array(guest.memory.buffer);
guest.add("a");
const isKept = kept.length > 0;

const hash = createHash("sha256");
for (let i = 0; i < 120; i++) {
  hash.update(String(guest.add(Array.from({ length: 30 }, (_, k) => `w${i * k}`).join(" "))));
  hash.update(guest.scaled(new Uint8Array(700).fill(i), i));
  hash.update(guest.doubled([i, i * 1.5, -i]).join());
}
hash.update(guest.all().join()).update(guest.told(300));
console.log(JSON.stringify({ result: hash.digest("hex"), isKept }));
