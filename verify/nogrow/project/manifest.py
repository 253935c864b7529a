"""This module reads and writes `manifest.json`, which records the artifacts, their sources and tools."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from nogrow.contract.build_plan import MANIFEST
from nogrow.errors import ToolError
from nogrow.project.project import Project

SCHEMA = "nogrow/manifest/1"


class Tool(NamedTuple):
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
    """Write a file so that a reader sees either the old content or the new, never a part of it."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.write_bytes(content)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise ToolError(f"{path} cannot be written: {error.strerror}") from error


def write_manifest(project: Project, manifest: Manifest) -> None:
    """Write `manifest` to the output folder of the project."""
    entries = [{**asdict(entry), "tools": dict(entry.tools)} for entry in manifest.entries]
    entries.sort(key=lambda entry: str(entry["path"]))
    others = {"others": dict(manifest.others)} if manifest.others else {}
    document = {"schema": SCHEMA, "artifacts": entries, **others}
    text = json.dumps(document, indent=2, sort_keys=True)
    write_atomic(project.root / project.output / MANIFEST, (text + "\n").encode())


def write_other(project: Project, path: PurePosixPath, content: bytes) -> None:
    """Write a file that is not an artifact to `path` in the project, and record it in the manifest."""
    manifest = read_manifest(project)
    write_atomic(project.root / path, content)
    write_manifest(project, replace(manifest, others={**manifest.others, str(path): sha256_of(content)}))


def read_manifest(project: Project) -> Manifest:
    """Return the manifest of the project; it is empty when nothing was built."""
    path = project.root / project.output / MANIFEST
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
        others = {str(name): str(sha256) for name, sha256 in document.get("others", {}).items()}
        return Manifest(tuple(map(_entry, document["artifacts"])), others)
    except (KeyError, TypeError, AttributeError) as error:
        raise ToolError(f"{path} is not a manifest of this nogrow; {advice}") from error


def _entry(fields: dict[str, object]) -> Entry:
    tools, flags, size = fields["tools"], fields["flags"], fields["size"]
    if not (isinstance(tools, dict) and isinstance(flags, list) and isinstance(size, int)):
        raise TypeError
    return Entry(
        **{name: str(fields[name]) for name in ("path", "source", "profile", "sha256", "inputs")},
        size=size,
        flags=tuple(map(str, flags)),
        tools=tuple(Tool(str(name), str(version)) for name, version in tools.items()),
    )


def built_modules(project: Project) -> list[Entry]:
    """Return the modules that the manifest lists; raises `ToolError` if there are none."""
    modules = [entry for entry in read_manifest(project).entries if entry.is_module]
    if not modules:
        raise ToolError("nothing is built yet: run `invoke build`")
    return modules
