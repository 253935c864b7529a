"""The table of toolchains: what is built, with which options, and what the advice says to build instead."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tools.toolchains.compilers import Built, Compilers

PAGES = 512
BYTES = PAGES * 65_536
GROWING, QUIET = "growing", "quiet"

Build = Callable[[Compilers, Path], Built]


class Row(NamedTuple):
    """A toolchain, its mode, and the variant of the program.

    `program` is the file with the program; `lines` says that the build keeps its lines. `with_names` and
    `with_limits` build as the advice on names and on limits says. `absent` says why the row can't run here.
    """

    toolchain: str
    mode: str
    variant: str
    version: Callable[[Compilers], str] | None = None
    build: Build | None = None
    program: str = ""
    lines: bool = False
    with_names: tuple[str, Build] | None = None
    with_limits: Build | None = None
    absent: str = ""

    def __str__(self) -> str:
        return f"{self.toolchain}, {self.mode}, {self.variant}"


_GROWTH = "-sALLOW_MEMORY_GROWTH"
_SMALL = ("-sINITIAL_MEMORY=4194304", "-sTOTAL_STACK=65536")
_LIMITS = (f"-sINITIAL_MEMORY={BYTES}",)


class _Emscripten(NamedTuple):
    mode: str
    flags: tuple[str, ...]
    name: str = "guest.js"
    cpp: bool = False
    more: tuple[str, ...] = ()
    lines: bool = False
    limited: bool = True


_EMSCRIPTEN = (
    _Emscripten("-O0 -g", ("-O0", "-g"), lines=True),
    _Emscripten("-O2", ("-O2",)),
    _Emscripten("-O2 -g", ("-O2", "-g"), lines=True),
    _Emscripten("-O3 --closure 1", ("-O3", "--closure", "1")),
    _Emscripten("-O3, MODULARIZE", ("-O3", "-sMODULARIZE")),
    # Version 3.1.6 writes modules with `require`, which only work outside of Node.
    _Emscripten(
        "-Os, MODULARIZE, EXPORT_ES6",
        ("-Os", "-sMODULARIZE", "-sEXPORT_ES6", "-sENVIRONMENT=web"),
        "guest.mjs",
    ),
    _Emscripten("-O2, STANDALONE_WASM", ("-O2", "--no-entry", "-sSTANDALONE_WASM"), "guest.wasm"),
    _Emscripten("-O2, IMPORTED_MEMORY", ("-O2", "-sIMPORTED_MEMORY")),
    _Emscripten("-O2, emmalloc", ("-O2", "-sMALLOC=emmalloc")),
    _Emscripten("-O2, SINGLE_FILE", ("-O2", "-sSINGLE_FILE")),
    _Emscripten("-O2, ASYNCIFY", ("-O2", "-sASYNCIFY"), more=("asyncify.c",)),
    _Emscripten("-O2, pthreads", ("-O2", "-pthread")),
    _Emscripten("C++ -O2, no exceptions caught", ("-O2",), cpp=True),
    _Emscripten("C++ -O2 -fexceptions", ("-O2", "-fexceptions"), cpp=True),
    _Emscripten("C++ -O2 -fwasm-exceptions", ("-O2", "-fwasm-exceptions"), cpp=True),
    _Emscripten("C++ -O2, embind", ("-O2", "--bind", "-fexceptions"), cpp=True, more=("embind.cpp",)),
)


def _emscripten(case: _Emscripten, variant: str) -> Row:
    source = f"{variant}.{'cpp' if case.cpp else 'c'}"

    def build(flags: tuple[str, ...], compilers: Compilers, folder: Path) -> Built:
        return compilers.emscripten(case.name, [source, *case.more], (*case.flags, *flags), folder)

    quiet_needs = ("-sINITIAL_MEMORY=8388608", _SMALL[1]) if variant == QUIET else _SMALL
    growing = (_GROWTH, *quiet_needs)
    return Row(
        "Emscripten",
        case.mode,
        variant,
        Compilers.emscripten_version,
        partial(build, growing),
        source,
        case.lines,
        None if case.lines else ("-g", partial(build, (*growing, "-g"))),
        partial(build, (*_LIMITS, "-sTOTAL_STACK=65536")),
    )


def _clang(mode: str, flags: tuple[str, ...], suffix: str, variant: str, lines: bool) -> Row:
    source = f"{variant}.{suffix}"

    def build(more: tuple[str, ...], compilers: Compilers, folder: Path) -> Built:
        return compilers.clang([source], (*flags, *more), folder)

    limits = (f"-Wl,--initial-memory={BYTES}", f"-Wl,--max-memory={BYTES}")
    return Row(
        "clang with wasi-libc",
        mode,
        variant,
        Compilers.clang_version,
        partial(build, ()),
        source,
        lines,
        None if lines else ("-g", partial(build, ("-g",))),
        partial(build, limits),
    )


def _go(system: str, variant: str, flags: tuple[str, ...] = (), mode: str = "") -> Row:
    source = f"{variant}.go"

    def build(compilers: Compilers, folder: Path) -> Built:
        return compilers.go(source, system, flags, folder)

    return Row("Go", mode or system, variant, Compilers.go_version, build, source)


def _zig(mode: str, variant: str) -> Row:
    source = f"{variant}.zig"

    def build(more: tuple[str, ...], compilers: Compilers, folder: Path) -> Built:
        return compilers.zig(source, ("-O", mode, *more), folder)

    lines = mode in ("Debug", "ReleaseSafe")
    names = None if lines else ("-fno-strip", partial(build, ("-fno-strip",)))
    return Row("Zig", mode, variant, Compilers.zig_version, partial(build, ()), source, lines, names)


def _assemblyscript(mode: str, flags: tuple[str, ...], variant: str, lines: bool) -> Row:
    source = f"{variant}.ts"

    def build(more: tuple[str, ...], compilers: Compilers, folder: Path) -> Built:
        return compilers.assemblyscript(source, (*flags, *more), folder)

    names = ("--debug", "--sourceMap")
    limits = ("--initialMemory", str(PAGES), "--maximumMemory", str(PAGES))
    return Row(
        "AssemblyScript",
        mode,
        variant,
        Compilers.assemblyscript_version,
        partial(build, ()),
        source,
        lines,
        None if lines else (" ".join(names), partial(build, names)),
        partial(build, limits),
    )


def _rust(mode: str, flags: tuple[str, ...], source: str, variant: str) -> Row:
    def build(more: tuple[str, ...], compilers: Compilers, folder: Path) -> Built:
        return compilers.rust(source, (*flags, *more), folder)

    lines = any("-g" in flag or "debuginfo" in flag for flag in flags)
    names = ("-C", "debuginfo=1")
    return Row(
        "Rust",
        mode,
        variant,
        Compilers.rust_version,
        partial(build, ()),
        source,
        lines,
        None if lines else ("debug", partial(build, names)),
    )


_LINES = 'debug = "line-tables-only"\nstrip = false\n'


def _cargo(name: str, build: Callable[..., Built], version: Callable[[Compilers], str], source: str) -> Row:
    variant = QUIET if "quiet" in source else GROWING

    def built(profile: str, compilers: Compilers, folder: Path) -> Built:
        return build(compilers, source, profile, folder)

    lines = _LINES if build is not Compilers.wasm_bindgen else "debug = 1\n"
    return Row(
        "Rust",
        name,
        variant,
        version,
        partial(built, ""),
        source,
        False,
        ('debug = "line-tables-only", strip = false', partial(built, lines)),
    )


_ABSENT = (
    ("TinyGo", "wasm and wasi", "neither Debian 12 nor PyPI nor npm has its compiler"),
    (
        "Kotlin",
        "wasmJs",
        "Debian 12 has Kotlin 1.3, which cannot build for WebAssembly; PyPI and npm have no compiler",
    ),
    (".NET", "browser-wasm", "neither Debian 12 nor PyPI nor npm has its compiler and the WebAssembly tools"),
    ("wasm-bindgen's command line", "web", "neither Debian 12 nor PyPI nor npm has the program"),
)


def rows() -> Iterator[Row]:
    """Yield the rows of the table, in its order."""
    for variant in (GROWING, QUIET):
        yield from (_emscripten(case, variant) for case in _EMSCRIPTEN)
    for variant in (GROWING, QUIET):
        yield _clang("-O0 -g", ("-O0", "-g"), "c", variant, lines=True)
        yield _clang("-O2", ("-O2",), "c", variant, lines=False)
        yield _go("wasip1", variant)
        yield _go("wasip1", variant, ("-ldflags=-s -w",), "wasip1, -ldflags='-s -w'")
        yield _go("js", variant)
        yield from (_zig(mode, variant) for mode in ("Debug", "ReleaseSafe", "ReleaseSmall"))
        for runtime in ("incremental", "minimal", "stub"):
            flags = ("--runtime", runtime, "-O3")
            yield _assemblyscript(f"--runtime {runtime} -O3", flags, variant, lines=False)
        debug = ("--debug", "--sourceMap")
        yield _assemblyscript("--debug --sourceMap", debug, variant, lines=True)
        yield _rust("-O", ("-O",), f"{variant}.rs", variant)
        yield _rust("-g", ("-g",), f"{variant}.rs", variant)
        version = Compilers.rust_web_version
        yield _cargo("release", Compilers.rust_web, version, f"{variant}.rs")
        version = Compilers.rust_version
        yield _cargo("release, wasm-bindgen", Compilers.wasm_bindgen, version, f"bindgen_{variant}.rs")
    yield _rust("-O, no_std", ("-O",), "no_std.rs", QUIET)
    for toolchain, mode, reason in _ABSENT:
        yield Row(toolchain, mode, GROWING, absent=reason)
