"""A project in, its artifacts and the manifest out; what is up to date is left alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from nogrow.contract.phrases import counted
from nogrow.errors import ToolError
from nogrow.machine.process import Progress
from nogrow.project.build_tools import BuildTools
from nogrow.project.inputs import Digests
from nogrow.project.manifest import Entry, Manifest, Tool, read_made, read_manifest, sha256_of, write_manifest
from nogrow.project.project import CONTRACT, Project
from nogrow.project.steps import Step, steps


@dataclass(frozen=True)
class BuildResult:
    """The manifest after a build, and which artifacts had to be made for it."""

    manifest: Manifest
    built: tuple[str, ...]


def build_all(project: Project, tools: BuildTools, progress: Progress) -> BuildResult:
    """Make every artifact of the project that is missing, altered or out of date.

    An artifact that the last build made and this one doesn't is removed, unless it was altered. Raises
    `ToolError`, also when there is nothing to build; what was built before that is kept.
    """
    if project.plan.is_empty:
        raise ToolError(
            f"{project.root / CONTRACT} has nothing to build: name it in [[build.crate]], [[build.wat]] or "
            "[[build.command]]"
        )
    before = read_manifest(project.root, project.plan.output)
    entries: list[Entry] = []
    built: list[str] = []
    try:
        for step in steps(project, tools):
            current = _current(project, step, before, progress)
            entries += current or _made(project, step)
            built += [] if current else map(str, step.outputs)
    except BaseException:
        _write(project, [*entries, *_others(before, entries)], before)
        raise
    for gone in _others(before, entries):
        if gone.is_intact(project.root):
            (project.root / gone.path).unlink()
    after = _write(project, entries, before)
    progress(
        f"{counted(len(entries), 'artifact')}, {len(built)} built now; {len(entries) - len(built)} up to date"
    )
    return BuildResult(after, tuple(built))


def _current(project: Project, step: Step, before: Manifest, progress: Progress) -> list[Entry]:
    """The entries of what `step` makes if all of it is up to date, else none, and that is announced."""
    known = [entry for entry in map(before.entry, step.outputs) if entry is not None]
    gone = {entry.path for entry in known if not entry.is_intact(project.root)}
    if len(known) == len(step.outputs) and not gone:
        digest = _digest(Digests(project.root), step, step.tools())
        if digest and all(entry.inputs == digest for entry in known):
            return known
    altered = {path for path in gone if (project.root / path).exists()}
    for path in step.outputs:
        progress(f"building {path}" + (": it was altered since the last build" * (str(path) in altered)))
    return []


def _made(project: Project, step: Step) -> list[Entry]:
    digests, tools = Digests(project.root), step.tools()
    _digest(digests, step, tools)
    step.make()
    # Only now is it known of some files that they count. Those known before have their old digests.
    inputs = _digest(digests, step, tools)
    contents = [(path, read_made(project.root / path)) for path in step.outputs]
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
    """The digest of all that `step` depends on, an empty text if that is not known."""
    files = step.files()
    return "" if files is None else digests.of(files, (*step.flags, *step.settings), tools)


def _others(before: Manifest, entries: Sequence[Entry]) -> list[Entry]:
    paths = {entry.path for entry in entries}
    return [entry for entry in before.entries if entry.path not in paths]


def _write(project: Project, entries: Sequence[Entry], before: Manifest) -> Manifest:
    manifest = Manifest(tuple(sorted(entries, key=lambda entry: entry.path)), before.others)
    write_manifest(project.root, manifest, project.plan.output)
    return manifest
