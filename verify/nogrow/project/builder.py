"""This module builds the artifacts of a project that are out of date, and removes built files."""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from nogrow.contract.build_plan import MANIFEST
from nogrow.contract.phrases import counted
from nogrow.errors import ToolError
from nogrow.machine.process import Progress
from nogrow.project.manifest import (
    Entry,
    Manifest,
    Tool,
    is_file_with,
    read_manifest,
    read_output,
    sha256_of,
    write_manifest,
)
from nogrow.project.project import CONTRACT, Project
from nogrow.project.setup import BuildTools, steps
from nogrow.project.steps import Step


@dataclass(frozen=True)
class BuildResult:
    """The manifest after a build, and the paths of the artifacts that this build made."""

    manifest: Manifest
    built: tuple[str, ...]


def build_all(project: Project, tools: BuildTools, progress: Progress) -> BuildResult:
    """Build every artifact of the project that is missing, altered or out of date.

    An artifact of the last build that no step makes any more is removed, unless it was altered. Raises
    `ToolError` when a step fails and when there is nothing to build; artifacts that were built before the
    error are kept.
    """
    if project.plan.is_empty:
        raise ToolError(
            f"{project.root / CONTRACT} has nothing to build: add [[build.crate]], [[build.wat]] or "
            "[[build.command]]"
        )
    before = read_manifest(project)
    entries: list[Entry] = []
    built: list[str] = []
    try:
        for step in steps(project, tools):
            up_to_date = _up_to_date(step, before, progress)
            entries += up_to_date or _build(step)
            built += [] if up_to_date else map(str, step.outputs)
    except BaseException:
        _write(project, [*entries, *_without(before, entries)], before)
        raise
    for orphan in _without(before, entries):
        if orphan.is_intact(project.root):
            (project.root / orphan.path).unlink()
    after = _write(project, entries, before)
    progress(
        f"{counted(len(entries), 'artifact')}, {len(built)} built now; {len(entries) - len(built)} up to date"
    )
    return BuildResult(after, tuple(built))


def _up_to_date(step: Step, before: Manifest, progress: Progress) -> list[Entry]:
    """Return the entries of the outputs of `step` if all are up to date.

    Otherwise return none, and announce that the outputs are built.
    """
    root = step.project.root
    known = [entry for path in step.outputs for entry in before.entries if entry.path == str(path)]
    not_intact = {entry.path for entry in known if not entry.is_intact(root)}
    if len(known) == len(step.outputs) and not not_intact:
        digest = _Digests(root).of(step, step.tools())
        if digest and all(entry.inputs == digest for entry in known):
            return known
    for path in map(str, step.outputs):
        is_altered = path in not_intact and (root / path).exists()
        progress(f"building {path}" + (": it was altered since the last build" * is_altered))
    return []


def _build(step: Step) -> list[Entry]:
    digests, tools = _Digests(step.project.root), step.tools()
    digests.of(step, tools)
    step.make()
    # cargo reports some inputs only after the build. Files that were known before keep their old digests.
    inputs = digests.of(step, tools)
    contents = [(str(path), read_output(step.project.root / path)) for path in step.outputs]
    return [
        Entry(path, step.source, step.profile, sha256_of(content), len(content), step.flags, tools, inputs)
        for path, content in contents
    ]


class _Digests:
    """The digests of the files that a build step reads; each file is read once.

    A file that changes during the build keeps its old digest, so the next build notices the change.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._digests: dict[Path, str] = {}

    def of(self, step: Step, tools: Sequence[Tool]) -> str:
        """Return one digest of all that `step` depends on, or an empty string if that is not known."""
        files = step.files()
        if files is None:
            return ""
        digest = hashlib.sha256()
        for part in (*(part for tool in tools for part in tool), *step.flags, *step.settings):
            digest.update(part.encode() + b"\0")
        for file in sorted(files):
            path = Path(os.path.relpath(file, self._root)).as_posix()
            digest.update(path.encode("utf-8", "surrogateescape") + b"\0" + self._file_digest(file).encode())
        return digest.hexdigest()

    def _file_digest(self, file: Path) -> str:
        if file not in self._digests:
            try:
                self._digests[file] = sha256_of(file.read_bytes())
            except OSError as error:
                raise ToolError(f"{file} cannot be read: {error.strerror}") from error
        return self._digests[file]


def _without(before: Manifest, entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries of `before` whose paths are not among `entries`."""
    paths = {entry.path for entry in entries}
    return [entry for entry in before.entries if entry.path not in paths]


def _write(project: Project, entries: Sequence[Entry], before: Manifest) -> Manifest:
    manifest = Manifest(tuple(sorted(entries, key=lambda entry: entry.path)), before.others)
    write_manifest(project, manifest)
    return manifest


def clean_all(project: Project, progress: Progress) -> None:
    """Remove cargo's folders and the files in the manifest, and announce the altered files that are kept.

    Raises `ToolError` if the manifest cannot be read or a file cannot be removed.
    """
    root, own = project.root, project.output / MANIFEST
    manifest = read_manifest(project)
    written = {entry.path: entry.sha256 for entry in manifest.entries} | dict(manifest.others)
    removed = []
    try:
        for name, sha256 in sorted(written.items()):
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts:
                progress(f"keeping {name}: it is not in this project")
            elif is_file_with(root / path, sha256):
                (root / path).unlink()
                removed.append(path)
            elif (root / path).exists():
                progress(f"keeping {name}: it was altered since it was built")
        if (root / own).is_file():
            (root / own).unlink()
            removed.append(own)
        for tag in sorted((root / project.cargo).glob("*/CACHEDIR.TAG")):
            if b"cargo" in tag.read_bytes():
                shutil.rmtree(tag.parent)
                removed.append(PurePosixPath(tag.parent.relative_to(root).as_posix()))
    except OSError as error:
        raise ToolError(f"{error.filename} cannot be removed: {error.strerror}") from error
    emptied = {folder for path in removed for folder in path.parents if folder.is_relative_to(project.output)}
    for folder in sorted(emptied, key=lambda path: -len(path.parts)):
        with contextlib.suppress(OSError):
            (root / folder).rmdir()
    progress(f"removed {len(removed)} files and folders")
