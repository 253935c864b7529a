"""The rules that a module or its host can break, and a broken one."""

import enum
from typing import NamedTuple

from nogrow.analysis.judgement import Entry, Verdict
from nogrow.contract.phrases import labels, path_of
from nogrow.jshost.model import CachedView


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
    PIN_BROKEN = "NG011"
    CACHED_VIEW = "NG012"

    @property
    def id(self) -> str:
        """The id, for example `NG001`."""
        return self.value

    @property
    def label(self) -> str:
        """The name that goes with the id, for example `growth-reachable`."""
        return self.name.lower().replace("_", "-")


class Violation(NamedTuple):
    """One broken rule.

    `headline` says what is wrong in one sentence. `entry` is the entry point's name as the contract or the
    module spells it, None when the whole module is meant. `about` is that entry point where the module has
    it: its witness explains the violation. `allowed` are the verdicts it may have, empty where the rule is
    not about what is allowed. `view` is what host code keeps, where the rule is about that.
    """

    rule: Rule
    headline: str
    entry: str | None = None
    about: Entry | None = None
    allowed: tuple[Verdict, ...] = ()
    view: CachedView | None = None

    @property
    def message(self) -> str:
        """The headline with the witness in short and what is allowed."""
        path = f"; path: {path_of(self.about.witness)}" if self.about and self.about.witness else ""
        allowed = f"; allowed: {labels(self.allowed)}" if self.allowed else ""
        return f"{self.headline}{path}{allowed}"
