"""The guests in, their modules and the manifest out; what is up to date is left alone."""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

from nogrow.build.console import Progress
from nogrow.build.guests import (
    Artifact,
    CrateSource,
    Profile,
    WatSource,
    artifacts,
    input_files,
)
from nogrow.build.machine import Machine
from nogrow.build.manifest import (
    Entry,
    Manifest,
    Tool,
    read_manifest,
    sha256_of,
    write_atomic,
    write_manifest,
)
from nogrow.build.process import run_checked
from nogrow.build.programs import find_wabt, program_version
from nogrow.build.rust_probe import TARGET, Rust
from nogrow.errors import ToolError

_CARGO_SECONDS = 600.0
_WAT2WASM_SECONDS = 60.0
# The debug information then names the same files wherever the project lies.
_RUSTFLAGS = "--remap-path-prefix={root}/="


@dataclass(frozen=True)
class BuildTools:
    """The programs that one build uses, found once."""

    rust: Rust
    wat2wasm: Path
    wat2wasm_version: str
    machine: Machine

    @classmethod
    def of(cls, rust: Rust, machine: Machine) -> "BuildTools":
        """`rust` together with the assembler; raises `ToolError` when that is missing."""
        wat2wasm = find_wabt("wat2wasm")
        return cls(rust, wat2wasm, program_version(wat2wasm), machine)


@dataclass(frozen=True)
class BuildResult:
    """The manifest after a build, and which artifacts had to be made for it."""

    manifest: Manifest
    built: tuple[str, ...]


def build_all(root: Path, tools: BuildTools, progress: Progress) -> BuildResult:
    """Make every artifact of the project at `root` that is missing, altered or out of date.

    An artifact that the last build made and this one doesn't is removed. Raises `ToolError`.
    """
    before = read_manifest(root)
    entries: list[Entry] = []
    built: list[str] = []
    for artifact in artifacts(root):
        flags, used = _flags(artifact, root), _tools(artifact, tools)
        inputs = _digest(root, artifact, flags, used)
        kept = before.entry(artifact.path)
        if kept is not None and kept.inputs == inputs and _is_intact(root, kept):
            entries.append(kept)
            continue
        progress(f"building {artifact.path}")
        content = _make(root, artifact, flags, tools)
        write_atomic(root / artifact.path, content)
        built.append(str(artifact.path))
        entries.append(_entry(artifact, content, flags, used, inputs))
    after = Manifest(tuple(sorted(entries, key=lambda entry: entry.path)))
    for gone in {entry.path for entry in before.entries} - {entry.path for entry in entries}:
        (root / gone).unlink(missing_ok=True)
    write_manifest(root, after)
    progress(f"{len(entries)} artifacts, {len(built)} of them built now; the others are up to date")
    return BuildResult(after, tuple(built))


def _is_intact(root: Path, entry: Entry) -> bool:
    path = root / entry.path
    return path.is_file() and sha256_of(path.read_bytes()) == entry.sha256


def _entry(
    artifact: Artifact,
    content: bytes,
    flags: tuple[str, ...],
    used: tuple[Tool, ...],
    inputs: str,
) -> Entry:
    return Entry(
        path=str(artifact.path),
        source=str(artifact.source.path),
        profile=artifact.profile.value,
        sha256=sha256_of(content),
        size=len(content),
        flags=flags,
        tools=used,
        inputs=inputs,
    )


def _tools(artifact: Artifact, tools: BuildTools) -> tuple[Tool, ...]:
    if isinstance(artifact.source, WatSource):
        return (Tool("wat2wasm", tools.wat2wasm_version),)
    return (Tool("cargo", tools.rust.cargo_version), Tool("rustc", tools.rust.rustc_version))


def _flags(artifact: Artifact, root: Path) -> tuple[str, ...]:
    if isinstance(artifact.source, WatSource):
        names = () if artifact.profile is Profile.RELEASE else ("--debug-names",)
        return ("--enable-all", *names)
    profile = ("--release",) if artifact.profile is Profile.RELEASE else ()
    features = tuple(f"--features={feature}" for feature in artifact.source.features)
    return ("--locked", "--lib", f"--target={TARGET}", *profile, *features)


def _digest(root: Path, artifact: Artifact, flags: tuple[str, ...], used: tuple[Tool, ...]) -> str:
    digest = hashlib.sha256()
    parts = [part for tool in used for part in (tool.name, tool.version)]
    parts += [*flags, _RUSTFLAGS]
    for part in parts:
        digest.update(part.encode() + b"\0")
    for file in input_files(root, artifact.source):
        digest.update(file.relative_to(root).as_posix().encode() + b"\0")
        digest.update(sha256_of(file.read_bytes()).encode())
    return digest.hexdigest()


def _make(root: Path, artifact: Artifact, flags: tuple[str, ...], tools: BuildTools) -> bytes:
    if isinstance(artifact.source, WatSource):
        return _assemble(root / artifact.source.path, flags, tools)
    return _compile(root, artifact.source, artifact.profile, flags, tools)


def _assemble(source: Path, flags: tuple[str, ...], tools: BuildTools) -> bytes:
    with tempfile.TemporaryDirectory(prefix="nogrow-build-") as folder:
        output = Path(folder, "module.wasm")
        run_checked([tools.wat2wasm, *flags, source, "-o", output], seconds=_WAT2WASM_SECONDS)
        return _read(output)


def _compile(
    root: Path, source: CrateSource, profile: Profile, flags: tuple[str, ...], tools: BuildTools
) -> bytes:
    # One folder per variant: features share cargo's output file name, and would overwrite it.
    target = root / "build" / "cargo" / source.name
    run_checked(
        [tools.rust.cargo, "build", *flags, "--target-dir", target],
        seconds=_CARGO_SECONDS,
        environ={
            **tools.rust.environ(tools.machine.environ),
            "CARGO_ENCODED_RUSTFLAGS": _RUSTFLAGS.format(root=root),
        },
        folder=root / source.path,
    )
    return _read(target / TARGET / profile.value / f"{source.crate}.wasm")


def _read(output: Path) -> bytes:
    try:
        return output.read_bytes()
    except OSError as error:
        raise ToolError(f"the build made no {output}: {error.strerror}") from error
