"""The rules that a module can break, and a broken one."""

import enum
from dataclasses import dataclass

from nogrow.proof.judgement import Entry, Verdict


class Rule(enum.Enum):
    """A rule by its id; the ids stay, whatever else changes."""

    GROWTH_REACHABLE = "NG001"
    GROWTH_BEFORE_EXIT = "NG002"
    GROWTH_CAPPED = "NG003"
    SITE_PRESENT = "NG004"
    UNTRUSTED_IMPORT = "NG005"
    HOST_GROWS = "NG006"
    MEMORY_LIMITS = "NG007"
    CONTROL_LOST = "NG008"
    SCENARIO_FAILED = "NG009"
    NOT_JUDGED = "NG010"

    @property
    def id(self) -> str:
        """The id, for example `NG001`."""
        return self.value

    @property
    def label(self) -> str:
        """The name that goes with the id, for example `growth-reachable`."""
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule.

    `entry` is the entry point's name as the contract or the module spells it, None when the whole module is
    meant. `about` is that entry point where the module has it: its witness explains the violation. `allowed`
    are the verdicts it may have, empty where the rule is not about verdicts. `headline` is the message
    without the witness and what is allowed, where the message has these.
    """

    rule: Rule
    message: str
    entry: str | None = None
    about: Entry | None = None
    allowed: tuple[Verdict, ...] = ()
    headline: str | None = None
