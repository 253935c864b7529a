// These examples must compile, except for the lines after @ts-expect-error; a test compiles the file without running it.

import { guard, liveViews, stress } from "nogrow-views";
import type { FixedViews, Growth, LiveViews } from "nogrow-views";
import { configure, report } from "nogrow-views/register";

const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 });
const views: LiveViews = liveViews(memory);
liveViews(memory, { resizable: true });

// @ts-expect-error: a buffer is not a memory
liveViews(memory.buffer);
// @ts-expect-error: the option does not exist
liveViews(memory, { resize: true });
// @ts-expect-error: the views are read-only
views.u8 = new Uint8Array(memory.buffer);

const numbers: number[] = [
  views.u8[0],
  views.i8[0],
  views.u8c[0],
  views.u16[0],
  views.i16[0],
  views.u32[0],
  views.i32[0],
  views.f32[0],
  views.f64[0],
  views.dv.getInt16(0, true),
];
const large: bigint[] = [views.u64[0], views.i64[0]];
const half: number | undefined = views.f16?.[0];

// A Blob only accepts views of a plain buffer, which the compiler checks.
const fixed: FixedViews = views.fixed;
new Blob([fixed.u8, fixed.f64, fixed.dv]);
// @ts-expect-error: a live view can have a resizable or shared buffer
new Blob([views.u8]);

type Exports = { set_name(salutation: number, name: number): number; memory: WebAssembly.Memory };
declare const instance: { exports: Exports };
const growths: Growth[] = [];
const exports: Exports = guard(instance, { onGrow: (growth) => growths.push(growth), memories: { memory } });
const length: number = exports.set_name(1, 2);
const pages: number[] = growths.map((growth) => growth.pagesAfter - growth.pagesBefore);
const names: string[] = growths.map((growth) => growth.exportName + growth.memoryName);
guard(instance);
guard(new WebAssembly.Instance({} as WebAssembly.Module), { enabled: false });
// @ts-expect-error: a function is not a memory
guard(instance, { memories: { set_name: instance.exports.set_name } });


const stressed: Exports = stress(instance);
stress(instance, { exports: "set_name" });
stress(instance, { exports: [/^set_/, "get"], memories: { memory }, imports: { env: { memory } } });
// @ts-expect-error: a function is not a name
stress(instance, { exports: instance.exports.set_name });

configure({ report: "{}" });
configure({ report: { schema: "nogrow/report/1", artifacts: [] } });
configure({ onlyReported: true });
// @ts-expect-error: another version of the report
configure({ report: { schema: "nogrow/report/2", artifacts: [] } });
const places: string[] = report()
  .filter(({ renewed }) => !renewed)
  .map(({ made, exportName, count }) => `${count} ${made} ${exportName}`);

export { half, large, length, names, numbers, pages, places, stressed };
