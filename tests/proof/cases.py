"""All the cases with verdicts known by hand, from one table per theme."""

from tests.proof.case import Case
from tests.proof.cases_calls import CALLS
from tests.proof.cases_detours import DETOURS
from tests.proof.cases_exceptions import EXCEPTIONS
from tests.proof.cases_flow import FLOW
from tests.proof.cases_legacy import LEGACY
from tests.proof.cases_memories import MEMORIES
from tests.proof.cases_references import REFERENCES
from tests.proof.cases_tables import TABLES

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
