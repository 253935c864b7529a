"""What was built, from what, with which tools: `build/manifest.json`, a function of the build."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from nogrow.errors import ToolError

MANIFEST = PurePosixPath("build/manifest.json")
SCHEMA = "nogrow/manifest/1"


@dataclass(frozen=True)
class Tool:
    """A program that took part in a build, and the version that it says it has."""

    name: str
    version: str


@dataclass(frozen=True)
class Entry:
    """One artifact as it was built. `inputs` is the digest of all that the build depends on."""

    path: str
    source: str
    profile: str
    sha256: str
    size: int
    flags: tuple[str, ...]
    tools: tuple[Tool, ...]
    inputs: str


@dataclass(frozen=True)
class Manifest:
    """All artifacts of a build, sorted by path."""

    entries: tuple[Entry, ...]

    def entry(self, path: PurePosixPath) -> Entry | None:
        """The entry of the artifact at `path`, if it was ever built."""
        return next((entry for entry in self.entries if entry.path == str(path)), None)


def sha256_of(content: bytes) -> str:
    """The SHA-256 of `content` in lower-case hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def write_atomic(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old content or the new, and never a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_manifest(root: Path, manifest: Manifest) -> None:
    """Write `manifest` to the project at `root`."""
    entries = sorted((asdict(entry) for entry in manifest.entries), key=lambda each: each["path"])
    for entry in entries:
        entry["tools"] = {tool["name"]: tool["version"] for tool in entry["tools"]}
    text = json.dumps({"schema": SCHEMA, "artifacts": entries}, indent=2, sort_keys=True)
    write_atomic(root / MANIFEST, (text + "\n").encode())


def read_manifest(root: Path) -> Manifest:
    """The manifest of the project at `root`; it is empty when nothing was built.

    Raises `ToolError` when the file is there but is no manifest.
    """
    path = root / MANIFEST
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError:
        return Manifest(())
    except (OSError, ValueError) as error:
        raise ToolError(f"{path} can't be read: {error}; `invoke clean` removes it") from error
    try:
        if document["schema"] != SCHEMA:
            raise ToolError(f"{path} is of another version; `invoke clean` removes it")
        return Manifest(tuple(_entry(fields) for fields in document["artifacts"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise ToolError(f"{path} is no manifest; `invoke clean` removes it") from error


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
