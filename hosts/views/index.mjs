// Views that stay right when a WebAssembly memory grows, and the name of the export that made it grow.

export { liveViews } from "./live.mjs";
export { guard } from "./guard.mjs";
