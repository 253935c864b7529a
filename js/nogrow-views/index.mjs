// This package has views that stay valid when a WebAssembly memory grows, and reports the export that grew it.

export { liveViews } from "./live.mjs";
export { guard } from "./guard.mjs";
