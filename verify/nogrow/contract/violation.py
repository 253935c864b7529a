"""This module defines the rules that a module or its host code can break, and violations of them."""

import enum
from typing import NamedTuple

from nogrow.analysis.judgement import Entry, Verdict
from nogrow.contract.phrases import labels, path_of
from nogrow.jshost.model import CachedView


class Rule(enum.Enum):
    """A rule by its id; users depend on the ids, so they never change."""

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
        """Return the id, for example `NG001`."""
        return self.value

    @property
    def label(self) -> str:
        """Return the rule's name, for example `growth-reachable`."""
        return self.name.lower().replace("_", "-")


class Violation(NamedTuple):
    """A broken rule.

    `headline` says in one sentence what is wrong. `entry` is the entry point's name in the contract or the
    module, None if the violation is about the whole module. `about` is the entry point if the module has it;
    its witness explains the violation. `allowed` are the verdicts that it may have, empty if the rule is not
    about allowed verdicts. `view` is the cached view in host code, if the rule is about one.
    """

    rule: Rule
    headline: str
    entry: str | None = None
    about: Entry | None = None
    allowed: tuple[Verdict, ...] = ()
    view: CachedView | None = None

    @property
    def message(self) -> str:
        """Return the headline, the witness in short form, and the allowed verdicts."""
        path = f"; path: {path_of(self.about.witness)}" if self.about and self.about.witness else ""
        allowed = f"; allowed: {labels(self.allowed)}" if self.allowed else ""
        return f"{self.headline}{path}{allowed}"
