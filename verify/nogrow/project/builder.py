"""This module builds the artifacts of a project that are out of date, and writes the manifest."""

from collections.abc import Sequence
from dataclasses import dataclass

from nogrow.contract.phrases import counted
from nogrow.errors import ToolError
from nogrow.machine.process import Progress
from nogrow.project.build_tools import BuildTools
from nogrow.project.inputs import Digests
from nogrow.project.manifest import (
    Entry,
    Manifest,
    Tool,
    read_manifest,
    read_output,
    sha256_of,
    write_manifest,
)
from nogrow.project.project import CONTRACT, Project
from nogrow.project.steps import Step, steps


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
    before = read_manifest(project.root, project.plan.output)
    entries: list[Entry] = []
    built: list[str] = []
    try:
        for step in steps(project, tools):
            up_to_date = _up_to_date(project, step, before, progress)
            entries += up_to_date or _build(project, step)
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


def _up_to_date(project: Project, step: Step, before: Manifest, progress: Progress) -> list[Entry]:
    """Return the entries of the outputs of `step` if all are up to date.

    Otherwise return none, and announce that the outputs are built.
    """
    known = [entry for entry in map(before.entry, step.outputs) if entry is not None]
    not_intact = {entry.path for entry in known if not entry.is_intact(project.root)}
    if len(known) == len(step.outputs) and not not_intact:
        digest = _digest(Digests(project.root), step, step.tools())
        if digest and all(entry.inputs == digest for entry in known):
            return known
    altered = {path for path in not_intact if (project.root / path).exists()}
    for path in step.outputs:
        progress(f"building {path}" + (": it was altered since the last build" * (str(path) in altered)))
    return []


def _build(project: Project, step: Step) -> list[Entry]:
    digests, tools = Digests(project.root), step.tools()
    _digest(digests, step, tools)
    step.make()
    # cargo reports some inputs only after the build. Files that were known before keep their old digests.
    inputs = _digest(digests, step, tools)
    contents = [(path, read_output(project.root / path)) for path in step.outputs]
    return [
        Entry(
            path=str(path),
            source=step.source,
            profile=step.profile,
            sha256=sha256_of(content),
            size=len(content),
            flags=step.flags,
            tools=tools,
            inputs=inputs,
        )
        for path, content in contents
    ]


def _digest(digests: Digests, step: Step, tools: Sequence[Tool]) -> str:
    """Return the digest of everything that `step` depends on, or an empty string if that is not known."""
    files = step.files()
    return "" if files is None else digests.of(files, (*step.flags, *step.settings), tools)


def _without(before: Manifest, entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries of `before` whose paths are not among `entries`."""
    paths = {entry.path for entry in entries}
    return [entry for entry in before.entries if entry.path not in paths]


def _write(project: Project, entries: Sequence[Entry], before: Manifest) -> Manifest:
    manifest = Manifest(tuple(sorted(entries, key=lambda entry: entry.path)), before.others)
    write_manifest(project.root, manifest, project.plan.output)
    return manifest
