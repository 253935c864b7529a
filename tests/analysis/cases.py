"""Collect all cases with verdicts worked out by hand, from one table per theme."""

from tests.analysis.case import Case
from tests.analysis.cases_calls import CALLS
from tests.analysis.cases_detours import DETOURS
from tests.analysis.cases_exceptions import EXCEPTIONS
from tests.analysis.cases_flow import FLOW
from tests.analysis.cases_legacy import LEGACY
from tests.analysis.cases_memories import MEMORIES
from tests.analysis.cases_references import REFERENCES
from tests.analysis.cases_tables import TABLES

__all__ = ["CASES", "Case"]

CASES: tuple[Case, ...] = (
    *FLOW,
    *CALLS,
    *TABLES,
    *EXCEPTIONS,
    *LEGACY,
    *REFERENCES,
    *MEMORIES,
    *DETOURS,
)
