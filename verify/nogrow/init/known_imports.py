"""Provide stubs for the imports that modules of a toolchain always have, so that scenarios run at once."""

from collections.abc import Iterable

from nogrow.contract.model import Host, Stub

WASI = "wasi_snapshot_preview1"
# A program calls these to end itself.
_ENDING = ("env.abort", "env._abort_js", "env.__assert_fail", "env.exit")
# As Emscripten's host does: grow the memory, and return 1 for success.
_GROWN_PAGES = 256
_KNOWN = {
    **{name: Stub(name, fails=True) for name in _ENDING},
    "env.seed": Stub("env.seed", (1.0,)),
    "env.emscripten_resize_heap": Stub("env.emscripten_resize_heap", (1,), grows=_GROWN_PAGES),
    "env.emscripten_notify_memory_growth": Stub("env.emscripten_notify_memory_growth"),
}


def host_for(imports: Iterable[str]) -> Host:
    """Return WASI and stubs for those of the imported functions, `module.field`, that are well known."""
    labels = sorted(set(imports))
    wasi = any(label.startswith(f"{WASI}.") for label in labels)
    return Host(tuple(_KNOWN[label] for label in labels if label in _KNOWN), wasi)
