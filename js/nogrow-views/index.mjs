// This package has views that stay valid when a WebAssembly memory grows, and finds code that keeps other views.

export { liveViews } from "./live.mjs";
export { guard } from "./guard.mjs";
export { stress } from "./stress.mjs";
