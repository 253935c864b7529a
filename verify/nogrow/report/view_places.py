"""Say where a stale view is made, where the memory may have grown meanwhile, and where the view is used."""

import enum
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nogrow.contract.violations import Violation
from nogrow.jshost.model import CachedView, Position
from nogrow.report.locations import MarkedLine, marked_line
from nogrow.report.model import ArtifactReport
from nogrow.source.quote import Excerpt, Quotable, excerpt


class Role(enum.Enum):
    """What happens at a place: its key in data, and the label beside its mark."""

    MADE = "made"
    CALL = "call"
    THROUGH = "through"
    USE = "use"


_LABELS = {
    Role.MADE: "the view is made here",
    Role.CALL: "this call may grow the memory",
    Role.THROUGH: "through this call",
    Role.USE: "the view is used here",
}


class Place(NamedTuple):
    """A place in `file` that a finding is about; `text` says what happens there, `label` in few words."""

    role: Role
    file: str
    at: Position
    text: str
    label: str


def places(path: str, view: CachedView) -> tuple[Place, ...]:
    """Return the places in the order in which they are executed; `path` is the file of the use."""
    call = view.call
    listed = [(Role.MADE, view.made_in, view.made, f"{view.binding} is made")]
    if call is not None:
        listed.append((Role.CALL, call.path, call.at, f"{call.text} may grow the memory"))
        listed += ((Role.THROUGH, inner.path, inner.at, f"it calls {inner.text}") for inner in call.through)
    listed.append((Role.USE, None, view.at, f"{view.binding} is used"))
    return tuple(Place(role, file or path, at, text, _LABELS[role]) for role, file, at, text in listed)


class Snippet(NamedTuple):
    """Lines of one file with the places in them, in the order of the text, and the places without a line."""

    file: str
    at: Position
    lines: tuple[tuple[Excerpt, Place], ...]
    unquoted: tuple[Place, ...]


def snippets(artifact: ArtifactReport, violation: Violation, quotable: Quotable) -> tuple[Snippet, ...]:
    """Return the lines of the finding's places as far as they can be quoted; the use's file comes first."""
    if violation.view is None:
        return ()
    by_file: dict[str, list[Place]] = {artifact.path: []}
    for place in places(artifact.path, violation.view):
        by_file.setdefault(place.file, []).append(place)
    found = []
    for file, in_file in by_file.items():
        lines = [(excerpt(file, *place.at, quotable), place) for place in sorted(in_file, key=_position)]
        quoted = tuple((line, place) for line, place in lines if line is not None)
        at = violation.view.at if file == artifact.path else in_file[0].at
        unquoted = tuple(place for line, place in lines if line is None)
        found.append(Snippet(file, at, quoted, unquoted))
    return tuple(found)


def _position(place: Place) -> Position:
    return place.at


def drawn_snippet(lines: Sequence[tuple[Excerpt, Place]], width: int) -> Iterator[tuple[str, Role | None]]:
    """Yield the lines with a mark below each place, and the role of the place that a line marks.

    No line of the source is wider than `width` columns.
    """
    digits = len(str(max(line.line for line, _ in lines)))
    gutter = f"{' ' * digits} |"
    yield gutter, None
    before: tuple[int, str] | None = None
    for quoted, place in lines:
        line = marked_line(quoted, max(20, width - digits - 3))
        if before is not None and quoted.line > before[0] + 1:
            yield "...", None
        # Several places of a line that fits are marked below each other.
        if (quoted.line, line.text) != before:
            yield f"{quoted.line:>{digits}} | {line.text}".rstrip(), None
        yield f"{gutter} {_marked(line, place.label)}", place.role
        before = quoted.line, line.text
    yield gutter, None


def _marked(line: MarkedLine, label: str) -> str:
    """Return the mark with the label beside it, in front of it where there is no room behind it."""
    if line.has_room(label) or line.start <= len(label):
        return f"{' ' * line.start}{line.mark} {label}".rstrip()
    return f"{label:>{line.start - 1}} {line.mark}"
