"""Run random programs of JavaScript and WebAssembly, and compare the analysis with what they do."""
