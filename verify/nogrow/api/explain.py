"""Explain why entry points can grow the memory: what `nogrow explain` does."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from nogrow.api.check import wanted
from nogrow.api.inputs import StrPath, contract_at, host_code_at, path_of, paths_of
from nogrow.errors import UsageError
from nogrow.report.model import ArtifactReport, Report

if TYPE_CHECKING:
    from nogrow.explain.explain import Explained
    from nogrow.pipeline.read_ahead import ReadAhead
    from nogrow.source.lookup import Wanted


class Explanations(NamedTuple):
    """The report on a module, or on each core module of a component, and the explanations for each.

    `folder` is where the module is, from which paths of its sources may start. `contents` has the texts of
    source files that only the debug information has.
    """

    report: Report
    parts: "tuple[Explained, ...]"
    folder: str
    contents: Mapping[str, str] = MappingProxyType({})


def explain(
    path: StrPath,
    entry: str | None = None,
    *,
    contract: StrPath | None = None,
    js: StrPath | Iterable[StrPath] = (),
    debug_info: StrPath | None = None,
    path_prefixes: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    list_paths: bool = True,
) -> Explanations:
    """Return why the entry point `entry` can grow the memory, or why the worst ones can.

    `path` is a file, or a core module of a component as `FILE#0`. The other arguments are as in
    `nogrow.check`. Raises `Error` where the file is several, or has no such entry point.
    """
    file, named = path_of(path, "path"), paths_of(js, "js")
    rules = contract_at(contract)
    from nogrow.analysis.proof import judge
    from nogrow.contract.select import targets
    from nogrow.pipeline.read_ahead import ReadAhead

    component, number = _split(file)
    chosen = targets(rules, (component,))
    if len(chosen) > 1:
        raise UsageError(f"{file}: expected a single file, got {len(chosen)}")
    read_ahead = ReadAhead(chosen[0].path, validate=True) if chosen[0].found else None
    from nogrow.pipeline.all_files import check

    glue = host_code_at(named)
    report = check(
        rules,
        chosen,
        judge=judge,
        glue=glue,
        read_ahead=read_ahead,
        lists_paths=list_paths,
        explains=entry is None,
    )
    report = _narrowed(report, None if number is None else f"{chosen[0].path}#{number}")
    parts: tuple[Explained, ...] = ()
    contents: dict[str, str] = {}
    if read_ahead is not None and any(artifact.judgement for artifact in report.artifacts):
        debug = wanted(debug_info, path_prefixes)
        parts = tuple(_explained(report, read_ahead, entry, debug, contents))
    return Explanations(report, parts, str(Path(component).parent), contents)


def _split(file: str) -> tuple[str, int | None]:
    """Return the file, and the number of a core module in it if the path names one."""
    from nogrow.contract.patterns import split_number

    path, number = split_number(file)
    # An existing file wins, even if its name ends like the number of a core module.
    return (file, None) if number is None or os.path.lexists(file) else (path, number)


def _narrowed(report: Report, part: str | None) -> Report:
    """Return the report on the core module at the path `part` only, or unchanged if `part` is None."""
    if part is None:
        return report
    artifacts = tuple(artifact for artifact in report.artifacts if artifact.path == part)
    # A component that can't be read has no core modules, but a report that says why.
    unjudged = tuple(artifact for artifact in report.artifacts if artifact.judgement is None)
    return Report(report.contract, artifacts or unjudged or (ArtifactReport(part),))


def _explained(
    report: Report, read_ahead: "ReadAhead", name: str | None, wanted: "Wanted", contents: dict[str, str]
) -> "list[Explained]":
    """Return the explanations for each module of the report.

    Texts of source files that only the debug information has are added to `contents`.

    Raises `UsageError` if none of them has an entry point `name`.
    """
    from nogrow.explain.explain import Explained, chosen, explanations, growing, names_of
    from nogrow.explain.toolchain import toolchain_of
    from nogrow.pipeline.core_modules import modules_in
    from nogrow.source.lookup import find_sources
    from nogrow.util.demangle import demangle

    modules = {module.path: module for module in modules_in(read_ahead.path, read_ahead.data())}
    parts: list[Explained] = []
    for artifact in report.artifacts:
        judgement = artifact.judgement
        if judgement is None:
            continue
        module, entries = modules[artifact.path], chosen(judgement, name)
        offsets = {offset for entry in entries for step in entry.witness for offset in step.offsets}
        sources, note, texts = find_sources(artifact.path, module.data, module.start, offsets, wanted)
        contents.update(texts)
        toolchain = toolchain_of(module.data, (*judgement.imports, *names_of(judgement).values()))
        part = Explained(
            artifact.path,
            judgement,
            toolchain,
            tuple(explanations(judgement, entries, sources, demangle, toolchain)),
            tuple(entry for entry in entries if not entry.witness),
            len(growing(judgement)),
            name is not None,
            artifact.growers,
            artifact.notes if note is None else (*artifact.notes, note),
            artifact.causes if name is None else (),
        )
        parts.append(part)
    if name is None:
        return parts
    matching = [part for part in parts if part.explanations or part.harmless]
    if matching:
        return matching
    from difflib import get_close_matches

    names = {entry.name for part in parts for entry in part.judgement.entries}
    near = get_close_matches(name, names, n=3)
    hint = f"; did you mean {', '.join(near)}?" if near else f"; it has {len(names)}"
    raise UsageError(f"{parts[0].path}: no entry point `{name}`{hint}")
