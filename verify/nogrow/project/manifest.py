"""This module reads and writes `manifest.json`, which records the artifacts, their sources and tools."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from nogrow.contract.build_plan import DEFAULT_OUTPUT, MANIFEST
from nogrow.errors import ToolError

SCHEMA = "nogrow/manifest/1"
OUTPUT = PurePosixPath(DEFAULT_OUTPUT)
NOTHING_BUILT = "nothing is built yet: run `invoke build`"


@dataclass(frozen=True)
class Tool:
    """A program that a build used, and the version that it reports."""

    name: str
    version: str


@dataclass(frozen=True)
class Entry:
    """An artifact as it was built; `inputs` is the digest of its dependencies, empty if they are unknown."""

    path: str
    source: str
    profile: str
    sha256: str
    size: int
    flags: tuple[str, ...]
    tools: tuple[Tool, ...]
    inputs: str

    @property
    def is_module(self) -> bool:
        """Return whether the file is a module, by its name; commands also make other files."""
        return self.path.endswith(".wasm")

    def is_intact(self, root: Path) -> bool:
        """Return whether the file is still the one that was built."""
        return is_file_with(root / self.path, self.sha256)


@dataclass(frozen=True)
class Manifest:
    """The artifacts of a build, sorted by path, and the SHA-256 of each other file that was written."""

    entries: tuple[Entry, ...]
    others: Mapping[str, str] = field(default_factory=dict)

    def entry(self, path: PurePosixPath) -> Entry | None:
        """Return the entry of the artifact at `path`, or None if it was never built."""
        return next((entry for entry in self.entries if entry.path == str(path)), None)


def sha256_of(content: bytes) -> str:
    """Return the SHA-256 of `content` in lower-case hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def is_file_with(path: Path, sha256: str) -> bool:
    """Return whether there is a regular file at `path` with this digest."""
    try:
        return path.is_file() and sha256_of(path.read_bytes()) == sha256
    except OSError:
        return False


def read_output(output: Path) -> bytes:
    """Return the bytes that a program wrote to `output`; raises `ToolError` if the file is missing."""
    try:
        return output.read_bytes()
    except OSError as error:
        raise ToolError(f"the build did not make {output}: {error.strerror}") from error


def write_atomic(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees either the old content or the new, never a part of it.

    Raises `ToolError` if the file cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise ToolError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        if part.parent.is_dir():
            part.unlink(missing_ok=True)


def write_manifest(root: Path, manifest: Manifest, output: PurePosixPath = OUTPUT) -> None:
    """Write `manifest` to the folder `output` of the project at `root`."""
    entries = sorted((asdict(entry) for entry in manifest.entries), key=lambda entry: entry["path"])
    for entry in entries:
        entry["tools"] = {tool["name"]: tool["version"] for tool in entry["tools"]}
    document: dict[str, Any] = {"schema": SCHEMA, "artifacts": entries}
    if manifest.others:
        document["others"] = dict(manifest.others)
    text = json.dumps(document, indent=2, sort_keys=True)
    write_atomic(root / output / MANIFEST, (text + "\n").encode())


def write_other(root: Path, path: PurePosixPath, content: bytes, output: PurePosixPath = OUTPUT) -> None:
    """Write a file that is not an artifact to `path`, relative to `root`, and record it in the manifest."""
    manifest = read_manifest(root, output)
    write_atomic(root / path, content)
    others = {**manifest.others, str(path): sha256_of(content)}
    write_manifest(root, replace(manifest, others=others), output)


def read_manifest(root: Path, output: PurePosixPath = OUTPUT) -> Manifest:
    """Return the manifest of the project at `root`; it is empty when nothing was built.

    Raises `ToolError` if the file exists but is not a manifest.
    """
    path = root / output / MANIFEST
    advice = "remove it, or give [build] another `output`"
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError:
        return Manifest(())
    except (OSError, ValueError) as error:
        raise ToolError(f"{path} cannot be read as nogrow's manifest: {error}; {advice}") from error
    try:
        if document["schema"] != SCHEMA:
            raise ToolError(f"{path} is not a manifest of this nogrow; {advice}")
        others = {str(path): str(sha256) for path, sha256 in document.get("others", {}).items()}
        return Manifest(tuple(_entry(fields) for fields in document["artifacts"]), others)
    except (KeyError, TypeError, AttributeError) as error:
        raise ToolError(f"{path} is not a manifest of this nogrow; {advice}") from error


def _entry(fields: dict[str, object]) -> Entry:
    tools, flags, size = fields["tools"], fields["flags"], fields["size"]
    if not (isinstance(tools, dict) and isinstance(flags, list) and isinstance(size, int)):
        raise TypeError
    texts = {name: str(fields[name]) for name in ("path", "source", "profile", "sha256", "inputs")}
    return Entry(
        **texts,
        size=size,
        flags=tuple(map(str, flags)),
        tools=tuple(Tool(str(name), str(version)) for name, version in tools.items()),
    )
