"""This module finds the tools of a project, builds what is out of date, and removes what was built."""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from nogrow.contract.build_plan import MANIFEST
from nogrow.contract.phrases import counted
from nogrow.errors import ToolError
from nogrow.machine.machine import Machine, find_wabt, program_version
from nogrow.machine.process import Progress
from nogrow.machine.rust_toolchain import Rust, find_rust
from nogrow.project.crate_step import CrateStep
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
from nogrow.project.steps import Assembler, CommandStep, Step, TextStep


@dataclass
class BuildTools:
    """The programs of a build, each of which is looked up and announced when a step first needs it."""

    machine: Machine
    progress: Progress

    @cached_property
    def rust(self) -> Rust:
        """Return a Rust that can build for WebAssembly, which is installed if it is missing."""
        choice = find_rust(self.machine, self.progress)
        self.progress(str(choice))
        return choice.rust

    @cached_property
    def assembler(self) -> Assembler:
        """Return the assembler of the text format."""
        program = find_wabt("wat2wasm")
        version = program_version(program)
        self.progress(f"wat2wasm: using {program} ({version})")
        return Assembler(program, version)


def set_up(project: Project, machine: Machine, progress: Progress) -> BuildTools:
    """Find the tools that the project's build needs, and announce them.

    The programs of commands are looked up on the PATH. A program with a slash in its name is not looked up,
    because an earlier command may make it.
    """
    tools = BuildTools(machine, progress)
    for step in _steps(project, tools):
        if isinstance(step, CommandStep):
            for name in dict.fromkeys([step.command.run[0], *(words[0] for words in step.command.tools)]):
                if "/" not in name:
                    progress(f"{name}: using {step.program(name)} for the command {step.source!r}")
    return tools


def _steps(project: Project, tools: BuildTools) -> Iterator[Step]:
    """Yield the steps of a build: text modules, crates, then commands, each in the contract's order."""
    plan, environ = project.plan, tools.machine.environ
    for text in plan.texts:
        for profile in text.profiles:
            outputs = (plan.artifact(text, profile),)
            yield TextStep(project, str(text.path), profile, outputs, tools.assembler)
    for crate in plan.crates:
        for profile in crate.profiles:
            outputs = (plan.artifact(crate, profile),)
            yield CrateStep(project, str(crate.path), profile, outputs, crate, tools.rust, environ)
    for command in plan.commands:
        yield CommandStep(project, command.name, "command", command.outputs, command, environ)


@dataclass(frozen=True)
class BuildResult:
    """The manifest after a build, and the paths of the artifacts that this build made."""

    manifest: Manifest
    built: tuple[str, ...]


def build_all(project: Project, tools: BuildTools, progress: Progress) -> BuildResult:
    """Build every artifact of the project that is missing, altered or out of date.

    An artifact of the last build that no step makes any more is removed, unless it was altered. If a step
    fails, artifacts that were built before are kept.
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
        for step in _steps(project, tools):
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
        digest = _digest(step, step.tools(), {})
        if digest and all(entry.inputs == digest for entry in known):
            return known
    for path in map(str, step.outputs):
        is_altered = path in not_intact and (root / path).exists()
        progress(f"building {path}" + (": it was altered since the last build" * is_altered))
    return []


def _build(step: Step) -> list[Entry]:
    digests: dict[Path, str] = {}
    tools = step.tools()
    _digest(step, tools, digests)
    step.make()
    # cargo reports some inputs only after the build.
    inputs = _digest(step, tools, digests)
    contents = [(str(path), read_output(step.project.root / path)) for path in step.outputs]
    return [
        Entry(path, step.source, step.profile, sha256_of(content), len(content), step.flags, tools, inputs)
        for path, content in contents
    ]


def _digest(step: Step, tools: Sequence[Tool], digests: dict[Path, str]) -> str:
    """Return one digest of all that `step` depends on, or an empty string if that is not known.

    `digests` has those of the files that were read before, and gains the others. A file that changes during
    the build keeps its old digest, so the next build notices the change.
    """
    files = step.files()
    if files is None:
        return ""
    digest = hashlib.sha256()
    for part in (*(part for tool in tools for part in tool), *step.flags, *step.settings):
        digest.update(part.encode() + b"\0")
    for file in sorted(files):
        if file not in digests:
            try:
                digests[file] = sha256_of(file.read_bytes())
            except OSError as error:
                raise ToolError(f"{file} cannot be read: {error.strerror}") from error
        path = Path(os.path.relpath(file, step.project.root)).as_posix()
        digest.update(path.encode("utf-8", "surrogateescape") + b"\0" + digests[file].encode())
    return digest.hexdigest()


def _without(before: Manifest, entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries of `before` whose paths are not among `entries`."""
    paths = {entry.path for entry in entries}
    return [entry for entry in before.entries if entry.path not in paths]


def _write(project: Project, entries: Sequence[Entry], before: Manifest) -> Manifest:
    manifest = Manifest(tuple(sorted(entries, key=lambda entry: entry.path)), before.others)
    write_manifest(project, manifest)
    return manifest


def clean_all(project: Project, progress: Progress) -> None:
    """Remove cargo's folders and the files in the manifest, and announce the altered files that are kept."""
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
