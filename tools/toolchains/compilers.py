"""Find the compilers, in build/toolchains/ or else on the PATH, and build the guest with them."""

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine
from nogrow.machine.process import run
from nogrow.machine.rust_toolchain import find_installed_rust
from tools.toolchains.install import FOLDER

_SECONDS = 900.0
_CARGO_TARGET = "wasm32-unknown-unknown"
_LLVM = Path("/usr/lib/llvm-14/bin")


class MissingError(ToolError):
    """A compiler is not there; the text says which, and how to get it."""


class Built(NamedTuple):
    """A built module, the glue that loads it, and how Node loads it: see tests/toolchains/host.mjs."""

    module: Path
    kind: str = "plain"
    glue: Path | None = None

    @property
    def folder(self) -> Path:
        """The folder with everything that the compiler wrote."""
        return self.module.parent


class Compilers:
    """The compilers of this machine, and what they are called with."""

    def __init__(self, root: Path) -> None:
        """Look for the compilers of the project at `root`."""
        self.folder = root / FOLDER
        self.programs = root / "tests/toolchains/programs"
        self.cache = self.folder / "cache"

    def emscripten(self, name: str, sources: Sequence[str], flags: Sequence[str], folder: Path) -> Built:
        """Build with Emscripten; `name` is that of the JavaScript or module that it writes."""
        words = [*self._python_of_emscripten(cpp=sources[0].endswith(".cpp")), *flags, "-o", name]
        self._compile([*words, *self._copied(sources, folder)], folder, self._emscripten_environ())
        glue = folder / name
        module = glue.with_suffix(".wasm")
        if glue == module:
            return Built(module)
        kind = "factory" if "-sMODULARIZE" in flags else "emscripten"
        return Built(module, "esm" if glue.suffix == ".mjs" else kind, glue)

    def emscripten_version(self) -> str:
        """Return Emscripten's version."""
        done = self._compile([*self._python_of_emscripten(cpp=False), "--version"], self.folder, None)
        return _version(done)

    def clang(self, sources: Sequence[str], flags: Sequence[str], folder: Path) -> Built:
        """Build a reactor with clang and wasi-libc."""
        compiler = _on_path("clang", "clang")
        _on_path("wasm-ld", "lld")
        library = self._compile([compiler, "--target=wasm32-wasi", "-print-file-name=libc.a"], folder, None)
        if not Path(library.strip()).is_absolute():
            raise MissingError("no wasi-libc; on Debian: apt-get install wasi-libc libclang-rt-14-dev-wasm32")
        words = [compiler, "--target=wasm32-wasi", "-mexec-model=reactor", *flags, "-o", "guest.wasm"]
        self._compile([*words, *self._copied(sources, folder)], folder, None)
        return Built(folder / "guest.wasm")

    def clang_version(self) -> str:
        """Return clang's version."""
        return _version(self._compile([_on_path("clang", "clang"), "--version"], Path(), None))

    def go(self, source: str, system: str, flags: Sequence[str], folder: Path) -> Built:
        """Build with Go for `wasip1` or `js`."""
        text = (self.programs / source).read_text("utf-8")
        waits = "func wait() { select {} }" if system == "js" else "func wait() {}"
        (folder / "guest.go").write_text(f"{text}\n{waits}\n", encoding="utf-8")
        mode = ["-buildmode=c-shared"] if system == "wasip1" else []
        target = {"GOOS": system, "GOARCH": "wasm", "GO111MODULE": "off"}
        words = [self._go(), "build", *mode, *flags, "-o", "guest.wasm", "guest.go"]
        self._compile(words, folder, self._go_environ() | target)
        if system == "wasip1":
            return Built(folder / "guest.wasm")
        root = self._compile([self._go(), "env", "GOROOT"], folder, self._go_environ()).strip()
        shutil.copy(Path(root, "lib/wasm/wasm_exec.js"), folder)
        return Built(folder / "guest.wasm", "go", folder / "wasm_exec.js")

    def go_escapes(self, folder: Path) -> str:
        """Return what Go's compiler prints on values that escape to the heap, for the guest in the folder."""
        target = {"GOOS": "wasip1", "GOARCH": "wasm", "GO111MODULE": "off"}
        words = [self._go(), "build", "-gcflags=-m", "-o", "escapes.wasm", "guest.go"]
        done = run(
            words, seconds=_SECONDS, folder=folder, environ={**os.environ, **self._go_environ(), **target}
        )
        return done.checked().stderr

    def go_version(self) -> str:
        """Return Go's version."""
        return _version(self._compile([self._go(), "version"], Path(), self._go_environ()))

    def zig(self, source: str, flags: Sequence[str], folder: Path) -> Built:
        """Build with Zig, for wasm32-freestanding."""
        target = ("-target", "wasm32-freestanding", "-fno-entry", "-rdynamic", "-femit-bin=guest.wasm")
        words = [*self._zig(), "build-exe", *target, *flags, *self._copied([source], folder)]
        self._compile(words, folder, {"ZIG_GLOBAL_CACHE_DIR": str(self.cache / "zig")})
        return Built(folder / "guest.wasm")

    def zig_version(self) -> str:
        """Return Zig's version."""
        return _version(self._compile([*self._zig(), "version"], Path(), None))

    def assemblyscript(self, source: str, flags: Sequence[str], folder: Path) -> Built:
        """Build with AssemblyScript, with bindings for JavaScript."""
        words = [*self._asc(), *self._copied([source], folder), "-o", "guest.wasm", *flags]
        self._compile(words, folder, None)
        return Built(folder / "guest.wasm")

    def assemblyscript_version(self) -> str:
        """Return AssemblyScript's version."""
        return _version(self._compile([*self._asc(), "--version"], Path(), None))

    def rust(self, source: str, flags: Sequence[str], folder: Path) -> Built:
        """Build with Debian's rustc."""
        words = [self._rustc(), f"--target={_CARGO_TARGET}", "--crate-type=cdylib", "--edition=2021"]
        self._compile([*words, *flags, "-o", "guest.wasm", *self._copied([source], folder)], folder, None)
        return Built(folder / "guest.wasm")

    def rust_version(self) -> str:
        """Return the version of Debian's rustc."""
        return _version(self._compile([self._rustc(), "--version"], Path(), None))

    def rust_web(self, source: str, profile: str, folder: Path) -> Built:
        """Build with Debian's newer Rust and its standard library, which is built from source once."""
        usr = self._unpacked("rust-web") / "usr"
        (source_folder,) = usr.glob("src/rustc-*")
        llvm = next(usr.glob("lib/llvm-*"))
        config = _CARGO_CONFIG.format(
            registry=source_folder / "library/vendor", linker=llvm / "bin/wasm-ld", target=_CARGO_TARGET
        )
        environ = self._rust_web_environ() | {"RUSTC_BOOTSTRAP": "1"}
        std = ["-Zbuild-std=std,panic_abort"]
        return self._cargo(str(usr / "bin/cargo"), source, (profile, config, ""), std, environ, folder)

    def rust_web_version(self) -> str:
        """Return the version of Debian's newer rustc."""
        rustc = self._unpacked("rust-web") / "usr/bin/rustc"
        return _version(self._compile([str(rustc), "--version"], Path(), self._rust_web_environ()))

    def wasm_bindgen(self, source: str, profile: str, folder: Path) -> Built:
        """Build with Debian's rustc and wasm-bindgen's crate; its command line is not to be had."""
        registry = self._unpacked("rust-crates") / "usr/share/cargo/registry"
        config = _CARGO_CONFIG.format(registry=registry, linker="rust-lld", target=_CARGO_TARGET)
        needs = '[dependencies]\nwasm-bindgen = "0.2"\n'
        cargo = "/usr/bin/cargo" if Path("/usr/bin/cargo").is_file() else _on_path("cargo", "cargo")
        environ = {"RUSTC": self._rustc()}
        return self._cargo(cargo, source, (profile, config, needs), [], environ, folder)

    def _cargo(
        self,
        cargo: str,
        source: str,
        texts: tuple[str, str, str],
        flags: Sequence[str],
        environ: Mapping[str, str],
        folder: Path,
    ) -> Built:
        profile, config, needs = texts
        self._copied([source], folder)
        shutil.copy(folder / source, folder / "guest.rs")
        manifest = _MANIFEST.format(profile=profile, needs=needs)
        (folder / "Cargo.toml").write_text(manifest, encoding="utf-8")
        (folder / ".cargo").mkdir(exist_ok=True)
        (folder / ".cargo/config.toml").write_text(config, encoding="utf-8")
        shared = self.cache / f"cargo-{Path(cargo).parent.parent.parent.name}"
        words = [cargo, "build", "--offline", "--release", "--target", _CARGO_TARGET, *flags]
        self._compile(words, folder, {**environ, "CARGO_TARGET_DIR": str(shared)})
        shutil.copy(shared / _CARGO_TARGET / "release/guest.wasm", folder / "guest.wasm")
        return Built(folder / "guest.wasm")

    def _copied(self, sources: Sequence[str], folder: Path) -> list[str]:
        """Copy the sources into the folder, where the compiler runs as it does for a user."""
        for source in sources:
            shutil.copy(self.programs / source, folder / source)
        return list(sources)

    def _compile(self, words: Sequence[str], folder: Path, environ: Mapping[str, str] | None) -> str:
        done = run(words, seconds=_SECONDS, folder=folder, environ={**os.environ, **(environ or {})})
        return done.checked().stdout

    def _unpacked(self, group: str) -> Path:
        folder = self.folder / group
        if not folder.is_dir():
            raise MissingError(f"{folder.name} is not unpacked: run `invoke toolchains`")
        return folder

    def _python_of_emscripten(self, *, cpp: bool) -> list[str]:
        root = self._unpacked("emscripten")
        config = root / "config"
        if not config.is_file():
            closure = self.folder / "npm/node_modules/google-closure-compiler/cli.js"
            text = _EMSCRIPTEN_CONFIG.format(root=root, llvm=_LLVM, node=node(), closure=closure)
            self._write_wrappers(root)
            config.write_text(text, encoding="utf-8")
        script = root / "usr/share/emscripten" / ("em++.py" if cpp else "emcc.py")
        return ["/usr/bin/python3", str(script)]

    def _write_wrappers(self, root: Path) -> None:
        """Write the programs that Emscripten calls by name when it builds its libraries."""
        folder = root / "bin"
        folder.mkdir(exist_ok=True)
        for name in ("emcc", "em++", "emar", "emranlib"):
            wrapper = folder / name
            script = root / f"usr/share/emscripten/{name}.py"
            wrapper.write_text(f'#!/bin/sh\nexec /usr/bin/python3 "{script}" "$@"\n', encoding="utf-8")
            wrapper.chmod(0o755)

    def _emscripten_environ(self) -> dict[str, str]:
        root = self._unpacked("emscripten")
        return {
            "PATH": os.pathsep.join((str(root / "bin"), str(root / "usr/bin"), os.environ["PATH"])),
            "EM_CONFIG": str(root / "config"),
            "EM_CACHE": str(root / "usr/share/emscripten/cache"),
            "LD_LIBRARY_PATH": str(root / "usr/lib/x86_64-linux-gnu"),
            "NODE_PATH": str(root / "usr/share/nodejs"),
        }

    def _go(self) -> str:
        own = self.folder / "python/bin/go"
        if not own.is_file():
            raise MissingError("no Go: run `invoke toolchains`")
        return str(own)

    def _go_environ(self) -> dict[str, str]:
        return {"GOTOOLCHAIN": "local", "GOCACHE": str(self.cache / "go"), "GOFLAGS": ""}

    def _zig(self) -> list[str]:
        python = self.folder / "python/bin/python"
        if not python.is_file():
            raise MissingError("no Zig: run `invoke toolchains`")
        return [str(python), "-m", "ziglang"]

    def _asc(self) -> list[str]:
        script = self.folder / "npm/node_modules/assemblyscript/bin/asc.js"
        if not script.is_file():
            raise MissingError("no AssemblyScript: run `invoke toolchains`")
        return [node(), str(script)]

    def _rustc(self) -> str:
        try:
            return str(find_installed_rust(Machine.current()).rust.rustc)
        except ToolError as error:
            raise MissingError(
                "no Rust that builds for WebAssembly; on Debian: apt-get install rustc "
                "libstd-rust-dev-wasm32 lld"
            ) from error

    def _rust_web_environ(self) -> dict[str, str]:
        usr = self._unpacked("rust-web") / "usr"
        folders = [usr / "lib/x86_64-linux-gnu", *usr.glob("lib/llvm-*/lib")]
        return {"LD_LIBRARY_PATH": os.pathsep.join(map(str, folders)), "RUSTC": str(usr / "bin/rustc")}


_EMSCRIPTEN_CONFIG = """\
LLVM_ROOT = '{llvm}'
BINARYEN_ROOT = '{root}/usr'
EMSCRIPTEN_ROOT = '{root}/usr/share/emscripten'
NODE_JS = '{node}'
CLOSURE_COMPILER = ['{node}', '{closure}']
FROZEN_CACHE = True
"""
_MANIFEST = """\
[package]
name = "guest"
version = "0.1.0"
edition = "2021"
[lib]
crate-type = ["cdylib"]
path = "guest.rs"
[profile.release]
{profile}
{needs}"""
_CARGO_CONFIG = """\
[source.crates-io]
replace-with = "unpacked"
[source.unpacked]
directory = "{registry}"
[target.{target}]
linker = "{linker}"
"""


def node() -> str:
    """Return the path of Node; raises `MissingError` if there is none."""
    return _on_path("node", "nodejs")


def _on_path(program: str, packages: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise MissingError(f"no {program}; on Debian: apt-get install {packages}")
    return path


def _version(text: str) -> str:
    """Return the first version number in what a compiler prints."""
    match = re.search(r"\d+\.\d+(?:\.\d+)*", text)
    return match[0] if match else text.strip()[:20]
