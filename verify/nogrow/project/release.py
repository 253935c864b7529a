"""The last gate: what is going to be shipped, judged and attested."""

import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from nogrow.analysis.verdicts import judge
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
    """Judge what is at the paths `dist` against the project's contract, and print the report.

    Returns the exit code of `nogrow check --dist`. If all is kept, the statement is written; if not, one that
    is there belongs to an earlier release.
    """
    paths = [os.path.relpath(path, project.root) for path in dist]
    with contextlib.chdir(project.root):
        try:
            if not paths:
                raise UsageError("nothing to release: name what is shipped with --dist DIR")
            contract = contract_at(None)
            gate = Gate(paths, Path(project.attestation), None)
            report = gate.closed(check(contract, gate.targets(contract), judge=judge, jobs=cores()))
            text.render(report, sys.stdout)
            gate.attest(report)
        except NogrowError as error:
            sys.stderr.write(f"{printable(str(error))}\n")
            return ExitCode.NOT_JUDGED if isinstance(error, ModuleError) else ExitCode.USAGE
    return exit_code(report)
