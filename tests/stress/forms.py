"""The forms of bugs in hosts that keep a view, each with a guest and the export that detaches the view."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Form:
    """A function of a host that keeps a view too long; `<host>-ok.mjs` has the correct one.

    `export` detaches the view.
    """

    host: str
    test: str
    guest: str
    export: str

    def __str__(self) -> str:
        return f"{self.host}, {self.test}"


FORMS = (
    Form("made-once", "inConstructor", "allocator", "run"),
    Form("made-once", "inFunction", "allocator", "run"),
    Form("dirty-flag", "screen", "allocator", "history"),
    Form("size-guard", "parser", "allocator", "sum"),
    Form("size-guard", "pipe", "allocator", "sum"),
    Form("emscripten-heap", "subarray", "emscripten", "work"),
    Form("emscripten-heap", "sameBuffer", "emscripten", "render"),
    Form("emscripten-heap", "namedProperty", "emscripten", "answer"),
    Form("emscripten-heap", "classField", "emscripten", "work"),
    Form("emscripten-heap", "receiverBeforeArgument", "emscripten", "malloc"),
    Form("two-fillers", "audio", "allocator", "process"),
    Form("argument", "buffer", "allocator", "alloc"),
    Form("argument", "view", "allocator", "run"),
    Form("temporary-target", "element", "allocator", "make"),
    Form("temporary-target", "set", "allocator", "alloc"),
    Form("temporary-target", "dataView", "allocator", "make"),
    Form("temporary-target", "constructorArgument", "allocator", "make"),
    Form("missing-refresh", "imports", "callbacks", "run"),
    Form("stale-length", "madeOnce", "shared", "scratch"),
    Form("stale-length", "renewedIfDetached", "shared", "scratch"),
    Form("heap-parameter", "operation", "allocator", "malloc"),
    Form("code-in-string", "compiled", "allocator", "make"),
    Form("await", "duringRead", "allocator", "history"),
    Form("callback-argument", "slice", "callbacks", "alloc"),
    Form("out-parameter", "word", "allocator", "answer"),
    Form("bindings-view", "lower", "allocator", "alloc"),
    Form("wrapped-view", "picture", "allocator", "alloc"),
    Form("wrapped-view", "nodeBuffer", "allocator", "alloc"),
    Form("loop", "chunks", "allocator", "sum"),
    Form("loop", "iterator", "allocator", "history"),
    Form("lost-write", "byIndex", "allocator", "malloc"),
    Form("lost-write", "encodeInto", "allocator", "malloc"),
)
