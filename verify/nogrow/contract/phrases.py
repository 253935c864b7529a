"""The words that messages share: functions, paths, lists and verdicts in short."""

import re
from collections.abc import Sequence

from nogrow.analysis.judgement import Entry, EntryKind, Function, Step, Verdict
from nogrow.util.demangle import demangle

LONGEST_NAME = 100
LONGEST_PATH = 5
# What entry points are called that are no exports, and an export that is marked as one.
_OTHERS = re.compile(r"(?:\(start\)|func\[[0-9]+\])(?: \(export\))*")


def name_of(function: Function) -> str:
    """The function's name, demangled and cut where it is very long, or `func[INDEX]` if it has none."""
    return readable(function.name) if function.name else f"func[{function.index}]"


def readable(name: str) -> str:
    """A function's debug name, demangled and cut where it is very long."""
    return shortened(demangle(name))


def shortened(name: str, most: int = LONGEST_NAME) -> str:
    """The name, cut in its middle where it has more than `most` characters."""
    if len(name) <= most:
        return name
    half = most // 2
    return f"{name[:half]}...{name[-half:]}"


def entry_name(entry: Entry) -> str:
    """The entry point's name, cut where it is very long.

    An export is marked if it could be taken for the start function or for a function that escapes.
    """
    return shortened(unmistakable(entry.name, entry.kind))


def unmistakable(name: str, kind: EntryKind) -> str:
    """The name of an entry point in a form that no entry point of another kind has."""
    return f"{name} (export)" if kind is EntryKind.EXPORT and _OTHERS.fullmatch(name) else name


def path_of(witness: Sequence[Step]) -> str:
    """The functions of a witness, those in the middle left out, and the offset where it ends."""
    left_out = len(witness) - LONGEST_PATH + 1
    # A path can have a million steps.
    shown = witness if left_out <= 1 else (*witness[:2], *witness[2 - LONGEST_PATH + 1 :])
    names = [name_of(step.function) for step in shown]
    if left_out > 1:
        names.insert(2, f"({left_out} more)")
    last = witness[-1]
    return f"{' -> '.join(names)}: {shortened(last.instruction)} at offset 0x{last.offset:x}"


def listed(names: Sequence[str], most: int = 3) -> str:
    """The first names in backticks, and how many more there are."""
    text = ", ".join(f"`{shortened(name)}`" for name in names[:most])
    return f"{text} and {len(names) - most} more" if len(names) > most else text


def counted(number: int, noun: str) -> str:
    """The number with its noun, for example `1 page` or `2 pages`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def labels(verdicts: Sequence[Verdict]) -> str:
    """The verdicts as contracts spell them."""
    return ", ".join(verdict.label for verdict in verdicts)
