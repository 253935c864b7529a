"""Decide which outcome takes precedence, and which exit code it has."""

import enum


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


# A report has the first of these outcomes that any artifact has; there is none after a usage error.
CODES = {
    Outcome.NOT_JUDGED: ExitCode.NOT_JUDGED,
    Outcome.BROKEN: ExitCode.BROKEN,
    Outcome.NOTHING: ExitCode.NOTHING,
    Outcome.KEPT: ExitCode.KEPT,
}
WEIGHT = tuple(CODES)
