"""Decide which outcome takes precedence, and which exit code it has."""

import enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nogrow.report.model import Report


class Outcome(enum.Enum):
    """Whether an artifact, or the whole report, keeps the contract."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_JUDGED = "not-judged"
    NOTHING = "nothing"


class ExitCode(enum.IntEnum):
    """The exit codes of the commands."""

    KEPT = 0
    BROKEN = 1
    USAGE = 2
    NOTHING = 3
    NOT_JUDGED = 4


# The report has the first of these outcomes that any artifact has.
CODES = {
    Outcome.NOT_JUDGED: ExitCode.NOT_JUDGED,
    Outcome.BROKEN: ExitCode.BROKEN,
    Outcome.NOTHING: ExitCode.NOTHING,
    Outcome.KEPT: ExitCode.KEPT,
}
WEIGHT = tuple(CODES)


def exit_code(report: "Report") -> ExitCode:
    """Return the exit code for the report.

    Not judged takes precedence over broken, broken over nothing, and nothing over kept. After a usage error
    or an invalid contract there is no report.
    """
    return CODES[report.outcome]
