"""Describe the cause of a growth in a clause, for the headline and the excerpt of an explanation."""

from nogrow.contract.phrases import shortened
from nogrow.explain.allocation_sites import UNKNOWN, Family, Use
from nogrow.explain.cause import Cause
from nogrow.explain.provenance import Origin
from nogrow.source.model import Frame

LONGEST_PATH = 62


def because(cause: Cause) -> str:
    """Return the reason for the growth as the end of a sentence."""
    if cause.vague:
        unnamed = "along functions that have no names"
        return unnamed if cause.use is UNKNOWN else f"because {_allocates(cause.use, '')}, {unnamed}"
    blamed = cause.blamed
    if blamed is None:
        if cause.path[0].origin is Origin.ALLOCATOR:
            return "because the host calls the allocator through it"
        named = all(function.origin is not Origin.UNKNOWN for function in cause.path)
        whose = "; no code of yours is on the path" if named else ""
        return f"because {_allocates(cause.use, '')}{whose}"
    if blamed.frame:
        where = f"at {shortened(position(blamed.frame), LONGEST_PATH)}"
    else:
        where = f"in `{shortened(blamed.function, LONGEST_PATH)}`"
    if blamed.origin is Origin.DEPENDENCY:
        where += " (a dependency)"
    if cause.use is UNKNOWN:
        return f"because of the call {where}"
    if cause.use.family is Family.OWN_GROWTH:
        return f"through the {cause.use.label} {where}"
    return f"because {_allocates(cause.use, where)}"


def mark_label(cause: Cause) -> str:
    """Return the label beside the marked code."""
    match cause.use.family:
        case Family.OWN_GROWTH:
            return "grows the memory"
        case Family.UNKNOWN:
            return "leads to the growth"
        case Family.PANIC:
            return "can fail and then allocates its message"
        case _:
            return "allocates"


def position(frame: Frame) -> str:
    """Return the frame's position as `file:line:column`, without an unknown column."""
    column = f":{frame.column}" if frame.column else ""
    return f"{frame.file}:{frame.line}{column}"


def _allocates(use: Use, where: str) -> str:
    """Return a clause saying that the use allocates."""
    at = f" {where}" if where else ""
    if use.label == "an allocation":
        return f"of an allocation{at}"
    acts = use.label.startswith("`") or use.family in (Family.PANIC, Family.RUNTIME, Family.PASSING)
    return f"{use.label}{at} {'allocates' if acts else 'is allocated'}"
