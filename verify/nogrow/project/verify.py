"""This module judges the artifacts of a project, and compares the grow sites with a second decoder."""

import contextlib
import io
import sys
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path

from nogrow.analysis.judgement import Judgement
from nogrow.analysis.proof import judge
from nogrow.cli.lock import pinned_in
from nogrow.contract.load import load
from nogrow.contract.phrases import counted
from nogrow.contract.select import targets
from nogrow.errors import ContractError, DocumentError, ToolError, UsageError
from nogrow.pipeline.check import check
from nogrow.project.console import announce, print_table
from nogrow.project.inspect import grow_sites
from nogrow.project.manifest import read_manifest, write_other
from nogrow.project.project import CONTRACT, Project, open_project
from nogrow.report import as_json, text
from nogrow.report.escaping import printable
from nogrow.report.result import ArtifactReport, ExitCode, Outcome, Report, exit_code, not_judged
from nogrow.scenarios.runner import run
from nogrow.wasm.component import core_modules

KEPT = {
    Outcome.KEPT: "yes",
    Outcome.BROKEN: "no",
    Outcome.NOT_JUDGED: "not judged",
    Outcome.NOTHING: "not there",
}

Sites = Collection[tuple[int, int]]
"""Grow sites as function index and offset in bytes of the file."""


def verify(root: Path, *, locked: bool = False) -> int:
    """Judge the artifacts of the contract in `root`, print a table and the violations, and write the report.

    Returns the exit code of `nogrow check`. `locked` also compares with the lock beside the contract. The
    report is written to the build folder. An artifact is not judged if `wasm-objdump` finds other grow sites.
    Raises `ToolError` if the report cannot be written.
    """
    with contextlib.chdir(root):
        try:
            contract, project = load(Path(CONTRACT)), open_project(Path())
            pinned = pinned_in(None, contract, locked=locked, exact=False, whole=True)
        except (ContractError, DocumentError, UsageError) as error:
            sys.stderr.write(f"{printable(str(error))}\n")
            return ExitCode.USAGE
        _announce_altered(project)
        chosen = targets(contract, ())
        announce(f"judging {counted(len(chosen), 'artifact')} against {CONTRACT}")
        report = check(contract, chosen, judge=judge, run=run, pinned=pinned)
        report = Report(report.contract, tuple(map(cross_checked, report.artifacts)))
        print_table("verify", ("artifact", "sites", "verdict", "contract kept?"), rows(report))
        text.render(report, sys.stdout, colour=sys.stdout.isatty(), quiet=True)
        document = io.StringIO()
        as_json.render(report, document)
        write_other(project.root, project.report, document.getvalue().encode(), project.plan.output)
        announce(f"the report is in {project.report}")
    return exit_code(report)


def _announce_altered(project: Project) -> None:
    for entry in read_manifest(project.root, project.plan.output).entries:
        if (project.root / entry.path).exists() and not entry.is_intact(project.root):
            announce(f"{entry.path} was altered since it was built; nogrow judges the altered file")


def rows(report: Report) -> list[tuple[str, str, str, str]]:
    """Return the rows of the table: artifact, number of sites, verdict, and whether it keeps the contract."""
    return [
        (
            printable(artifact.path),
            str(len(artifact.judgement.sites)) if artifact.judgement else "-",
            _verdict(artifact.judgement) if artifact.judgement else "-",
            KEPT[artifact.outcome],
        )
        for artifact in report.artifacts
    ]


def _verdict(judgement: Judgement) -> str:
    assumed = ", with an assumption" if judgement.resting.assumptions else ""
    return f"{judgement.verdict.label}{assumed}"


def objdump_sites(path: Path) -> Sites:
    """Return the sites that `wasm-objdump` finds, with offsets in the file; raises `ToolError`.

    The path `file.wasm#0` means the first core module of the component `file.wasm`.
    """
    file, _, number = str(path).rpartition("#")
    if path.is_file() or not number.isdecimal() or not Path(file).is_file():
        return {(site.function_index, site.offset) for site in grow_sites(path)}
    data = Path(file).read_bytes()
    core = core_modules(data)[int(number)]
    with tempfile.TemporaryDirectory(prefix="nogrow-core-") as folder:
        part = Path(folder, "core.wasm")
        part.write_bytes(data[core.start : core.end])
        return {(site.function_index, site.offset + core.start) for site in grow_sites(part)}


def cross_checked(
    artifact: ArtifactReport, second_opinion: Callable[[Path], Sites] = objdump_sites
) -> ArtifactReport:
    """Return the report unchanged, or as not judged if the second decoder finds other grow sites.

    `second_opinion` returns the sites of a file; by default it runs `wasm-objdump`. If it fails, the artifact
    is not judged either.
    """
    if artifact.judgement is None:
        return artifact
    try:
        theirs = set(second_opinion(Path(artifact.path)))
    except ToolError as error:
        reason = str(error).removeprefix(f"{artifact.path}: ")
        return not_judged(artifact, f"no second opinion on the grow sites: {reason}")
    ours = {(site.function.index, site.offset) for site in artifact.judgement.sites}
    if ours == theirs:
        return artifact
    differences = [
        f"only {decoder} finds {_listed(sites)}"
        for decoder, sites in (("nogrow", ours - theirs), ("wasm-objdump", theirs - ours))
        if sites
    ]
    return not_judged(artifact, f"two decoders disagree on memory.grow: {'; '.join(differences)}")


def _listed(sites: Sites) -> str:
    return ", ".join(f"offset 0x{offset:x} (func[{index}])" for index, offset in sorted(sites))
