"""This module judges the files of a release, and writes the attestation if they keep the contract."""

import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from nogrow.analysis.proof import judge
from nogrow.cli.dist import Gate
from nogrow.cli.options import contract_at
from nogrow.errors import ModuleError, NogrowError, UsageError
from nogrow.pipeline.check import check
from nogrow.project.project import Project
from nogrow.report import text
from nogrow.report.escaping import printable
from nogrow.report.result import ExitCode, exit_code
from nogrow.util.background import cores


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
            contract = contract_at(None)
            gate = Gate(paths, Path(project.attestation), None)
            report = gate.closed(check(contract, gate.targets(contract), judge=judge, jobs=cores()))
            text.render(report, sys.stdout)
            gate.attest(report)
        except NogrowError as error:
            sys.stderr.write(f"{printable(str(error))}\n")
            return ExitCode.NOT_JUDGED if isinstance(error, ModuleError) else ExitCode.USAGE
    return exit_code(report)
