"""Call a guest in a test like a Python object, and fail the test where it must not grow."""

import os
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

import pytest

from nogrow.contract.model import Host, Number
from nogrow.contract.phrases import shortened
from nogrow.errors import Error, ModuleError, UsageError
from nogrow.pipeline.stress_host_code import host_code_beside, surroundings_of
from nogrow.report.escaping import printable
from nogrow.report.scenario_text import backtrace
from nogrow.rewrite.growth_counter import growth_counter
from nogrow.rewrite.stress import stressed
from nogrow.scenarios.engine import Limits
from nogrow.scenarios.errors import GuestError
from nogrow.scenarios.guest import READ_BYTES, Guest, compiled
from nogrow.scenarios.types import Results, shown
from nogrow.source.lookup import Wanted, find_sources
from nogrow.testing.replay import Record, replay
from nogrow.testing.views import Pointer, Views
from nogrow.wasm.decode import decode
from nogrow.wasm.file import read
from nogrow.wasm.model import Kind, Module
from nogrow.wasm.sections import is_component

_ASK = "put the JavaScript that belongs to the module into the same folder"
# A test may wait for a person at a debugger; the limits still end a call that never returns.
LIMITS = Limits(fuel=10**15, step_seconds=60, seconds=10**6)


class WasmGuest:
    """An instance of a module, whose export `f` is called as `guest.f(1, 2)` or `guest.call("f", 1, 2)`.

    Addresses and lengths are in bytes. A trap raises `TrappedError`, every other failure of the guest
    `GuestError`; both are an `Error`.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        imports: Mapping[str, Callable[..., object]] | None = None,
        *,
        wasi: bool = False,
        stress: bool = False,
        limits: Limits = LIMITS,
    ) -> None:
        """Instantiate the core module in the file `path`.

        `imports` are Python functions by `module.field`; `wasi` adds WASI preview 1 in a sandbox. With
        `stress`, views and pointers end whenever the memory may have grown.
        """
        __tracebackhide__ = True
        self._path, self._limits, self._host = os.fspath(path), limits, Host(wasi=wasi)
        self._imports = imports or {}
        self._record = Record()
        self._still = 0
        self._guest: Guest | None = None
        self._running: list[tuple[str, tuple[Number, ...]]] = []
        self._views = Views(self._instance)
        with _plainly():
            self._data, module = _module(self._path)
            _require_fitting(self._path, module, self._imports, wasi)
            self._exports = {item.name for item in module.exported(Kind.FUNCTION)}
            functions = {
                name: self._record.watched(name, self._checked(name, function))
                for name, function in self._imports.items()
            }
            code, self._counter = _stressed(self._path, self._data) if stress else (self._data, None)
            self._guest = Guest(compiled(code, limits), self._host, functions)
            self._growth = self._grown_so_far()

    @property
    def pages(self) -> int:
        """The size of the memory in its own pages."""
        __tracebackhide__ = True
        with _plainly():
            return self._instance().pages()

    def call(self, name: str, *args: Number) -> Number | tuple[Number | None, ...] | None:
        """Call the exported function `name` and return its result: None, a number, or a tuple of several.

        Integers are signed. A result that is no number, such as a reference, is None.
        """
        __tracebackhide__ = True
        with _plainly():
            guest = self._instance()
        before, nested = guest.pages(), self._record.inside
        failed: GuestError | None = None
        results: Results = ()
        self._running.append((name, args))
        try:
            with self._record.called(name, args):
                results = guest.call(name, args)
        except GuestError as error:
            failed = error
        finally:
            self._end_views_if_grown()
            self._running.pop()
        # The failure names the outermost call, not one that a host function makes.
        if self._still and not nested and guest.pages() != before:
            pytest.fail(self._grown(name, args, before, failed))
        if failed is not None:
            raise failed.with_traceback(None)
        return None if not results else results[0] if len(results) == 1 else results

    def read(self, address: int, length: int) -> bytes:
        """Return the `length` bytes at `address`."""
        __tracebackhide__ = True
        # A pointer that a call returned is signed, but a later part has to count from an unsigned one.
        start, parts = address % 2**32 if -(2**31) <= address < 0 else address, []
        with _plainly():
            for done in range(0, max(length, 1), READ_BYTES):
                parts.append(self._instance().read(start + done, min(READ_BYTES, length - done)))
        return b"".join(parts)

    def write(self, address: int, data: bytes | bytearray | str) -> None:
        """Write `data` at `address`; a text is encoded as UTF-8."""
        __tracebackhide__ = True
        content = data.encode() if isinstance(data, str) else bytes(data)
        with _plainly():
            self._instance().write(address, content)
        self._record.written(address, content)

    def view(self) -> memoryview:
        """Return a writable view of the whole memory, as bytes and not copied.

        When the memory grows, the view and all parts of it are released, and each later use raises
        `ValueError`. With `stress`, that happens whenever the memory may have grown.
        """
        __tracebackhide__ = True
        with _plainly():
            return self._views.view()

    def data_ptr(self) -> Pointer:
        """Return a pointer to the memory; when a view would be released, it becomes NULL."""
        __tracebackhide__ = True
        with _plainly():
            return self._views.pointer()

    @contextmanager
    def no_growth(self) -> Iterator[None]:
        """Fail the test at the first call in the block that grows the memory, even if the call then traps."""
        __tracebackhide__ = True
        before = self.pages
        self._still += 1
        try:
            yield
        finally:
            self._still -= 1
        if self.pages != before:
            # A host function raised an exception that the test caught.
            pytest.fail(f"the memory grew from {before} to {self.pages} pages in a call that raised")

    def __getattr__(self, name: str) -> Callable[..., Number | tuple[Number | None, ...] | None]:
        if "_exports" not in self.__dict__ or name not in self._exports:
            raise AttributeError(f"the guest has no exported function {name!r}")
        return partial(self.call, name)

    def __repr__(self) -> str:
        return f"<guest {self._path}>"

    def _instance(self) -> Guest:
        if self._guest is None:
            raise GuestError("the guest's start function has not returned yet")
        return self._guest

    def explain(self, error: BaseException) -> None:
        """Add to the error of a view or pointer, if it is one, which call ended it."""
        self._views.explain(error, self._path)

    def _checked(self, imported: str, function: Callable[..., object]) -> Callable[..., object]:
        """Return the import's `function`, before which views end if the memory may have grown."""

        def checked(*args: Number) -> object:
            # The host has no views yet while the start function runs.
            if self._guest is not None:
                self._end_views_if_grown(f" before it called {imported}")
            return function(*args)

        return checked

    def _grown_so_far(self) -> tuple[int, object]:
        """Return the pages, and how often the copy has counted a growth, also by 0 pages."""
        guest = self._instance()
        return guest.pages(), 0 if self._counter is None else guest.value(self._counter)

    def _end_views_if_grown(self, when: str = "") -> None:
        before, self._growth = self._growth, self._grown_so_far()
        if self._growth == before:
            return
        (name, args), old, new = self._running[-1], before[0], self._growth[0]
        effect = "may have grown the memory" if new == old else f"grew the memory from {old} to {new} pages"
        self._views.end(lambda: f"`{_call(name, args)}` {effect}{when}")

    def _grown(self, name: str, args: tuple[Number, ...], before: int, failed: GuestError | None) -> str:
        caught = replay(self._data, self._record, self._imports, self._host, self._limits)
        offsets = {step.offset for step in caught.backtrace}
        sources = find_sources(self._path, self._data, 0, offsets, Wanted())
        lines = [f"`{printable(_call(name, args))}` grew the memory from {before} to {self.pages} pages"]
        lines.append(f"module: {printable(self._path)}")
        if caught.backtrace:
            lines += ["the calls that grew it:", *backtrace(caught.backtrace, sources.frames)]
        if failed is not None:
            lines.append(f"after that, it failed: {printable(str(failed))}")
        lines += [f"note: {printable(note)}" for note in (caught.note, sources.note) if note]
        command = shlex.join(("nogrow", "explain", self._path, name))
        lines.append(f"help: `{printable(command)}` shows the cause and what to change")
        return "\n".join(lines)


@contextmanager
def _plainly() -> Iterator[None]:
    """Raise errors of nogrow without its own frames, so that pytest shows the test's line."""
    __tracebackhide__ = True
    try:
        yield
    except Error as error:
        raise error.with_traceback(None) from None


def _module(path: str) -> tuple[bytes, Module]:
    try:
        data = read(path)
        module = None if is_component(data) else decode(data)
    except ModuleError as error:
        raise ModuleError(f"{path}: {error}") from None
    if module is None:
        raise ModuleError(f"{path}: is a component; wasm_guest runs core modules only")
    return data, module


def _stressed(path: str, data: bytes) -> tuple[bytes, str | None]:
    """Return the copy of a module that detaches, and the name of its global that counts growths."""
    try:
        surroundings = surroundings_of(data, host_code_beside(path, data), _ASK)
        copy = stressed(data, try_table=True, surroundings=surroundings).data
        memories = {item.name: item.index for item in decode(copy).exported(Kind.MEMORY)}
        # `Guest` watches the same memory.
        memory = memories.get("memory", next(iter(memories.values()), 0))
        return growth_counter(copy, memory)
    except ModuleError as error:
        raise ModuleError(f"{path}: {error}") from None


def _call(name: str, args: tuple[Number, ...]) -> str:
    return shortened(f"{name}({', '.join(map(shown, args))})")


def _require_fitting(path: str, module: Module, imports: Mapping[str, object], wasi: bool) -> None:
    for name, function in imports.items():
        if not callable(function):
            raise UsageError(f"imports: {name!r}: expected a function")
    others = [item.label for item in module.imports if item.kind is not Kind.FUNCTION]
    if others:
        raise GuestError(f"{path}: wasm_guest can provide functions only; it also imports {_listed(others)}")
    missing = [
        item.label
        for item in module.imports
        if item.label not in imports and not (wasi and item.module == "wasi_snapshot_preview1")
    ]
    if missing:
        needs_wasi = any("wasi_" in label for label in missing)
        hint = "; `wasi=True` provides WASI in a sandbox" if needs_wasi else ""
        raise GuestError(f"{path}: imports are missing: {_listed(missing)}{hint}")


def _listed(names: list[str]) -> str:
    return printable(", ".join(dict.fromkeys(names)))
