"""This module judges the artifacts and releases of a project.

It compares the grow sites in artifacts with those that a second decoder finds.
"""

import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from nogrow.analysis.proof import judge
from nogrow.api.check import check as check_files
from nogrow.api.inputs import pinned_in
from nogrow.cli.dist import require_usable, write_statement
from nogrow.cli.output import print_notes
from nogrow.contract.build_plan import REPORT
from nogrow.contract.load import load
from nogrow.contract.model import ViewRules
from nogrow.contract.phrases import counted
from nogrow.contract.select import targets
from nogrow.errors import ContractError, DocumentError, Error, ModuleError, ToolError, UsageError
from nogrow.pipeline.all_files import check
from nogrow.project.console import announce, print_table
from nogrow.project.inspect import grow_sites
from nogrow.project.manifest import read_manifest, write_other
from nogrow.project.project import CONTRACT, Project, open_project
from nogrow.report import as_json, text
from nogrow.report.escaping import printable
from nogrow.report.exit_code import ExitCode, Outcome
from nogrow.report.model import ArtifactReport, Report, not_judged
from nogrow.scenarios.runner import run
from nogrow.wasm.component import core_modules

_KEPT = {
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
    """
    with contextlib.chdir(root):
        try:
            contract, project = load(Path(CONTRACT)), open_project(Path())
            pinned = pinned_in(None, contract, locked=locked, exact=False, whole=True)
        except (ContractError, DocumentError, UsageError) as error:
            return _failed(error)
        for entry in read_manifest(project).entries:
            if Path(entry.path).exists() and not entry.is_intact(project.root):
                announce(f"{entry.path} was altered since it was built; nogrow judges the altered file")
        chosen = targets(contract, ())
        announce(f"judging {counted(len(chosen), 'artifact')} against {CONTRACT}")
        report = check(contract, chosen, judge=judge, run=run, pinned=pinned, views=ViewRules())
        report = Report(report.contract, tuple(map(cross_checked, report.artifacts)))
        print_table(
            "verify", ("artifact", "sites", "verdict", "contract kept?"), [*map(_row, report.artifacts)]
        )
        text.render(report, sys.stdout, colour=sys.stdout.isatty(), quiet=True)
        document = io.StringIO()
        as_json.render(report, document)
        path = project.output / REPORT
        write_other(project, path, document.getvalue().encode())
        announce(f"the report is in {path}")
    return report.exit_code


def _row(artifact: ArtifactReport) -> tuple[str, str, str, str]:
    sites = verdict = "-"
    if (judgement := artifact.judgement) is not None:
        assumed = ", with an assumption" if judgement.resting.assumptions else ""
        sites, verdict = str(len(judgement.sites)), f"{judgement.verdict.label}{assumed}"
    return printable(artifact.path), sites, verdict, _KEPT[artifact.outcome]


def objdump_sites(path: Path) -> Sites:
    """Return the sites that `wasm-objdump` finds, with offsets in the file.

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


def release(project: Project, dist: Sequence[str]) -> int:
    """Judge the files at the paths `dist` against the project's contract, and print the report.

    Returns the exit code of `nogrow check --dist`. The statement is written only if the contract is kept; a
    statement that exists after a failure belongs to an earlier release.
    """
    paths = [os.path.relpath(path, project.root) for path in dist]
    with contextlib.chdir(project.root):
        try:
            if not paths:
                raise UsageError("no files to release: name them with --dist DIR")
            statement = Path(project.attestation)
            require_usable((), paths, statement, None, has_lock=False)
            report = check_files(dist=paths, digest=False, list_paths=False)
            print_notes(report)
            text.render(report, sys.stdout)
            write_statement(report, statement)
        except Error as error:
            return _failed(error)
    return report.exit_code


def _failed(error: Error) -> int:
    sys.stderr.write(f"{printable(str(error))}\n")
    return ExitCode.NOT_JUDGED if isinstance(error, ModuleError) else ExitCode.USAGE
