"""This module shortens functions, paths, lists and verdicts for messages."""

import re
from collections.abc import Sequence

from nogrow.analysis.judgement import Entry, EntryKind, Function, Step, Verdict
from nogrow.util.demangle import demangle

LONGEST_NAME = 100
LONGEST_PATH = 5
# The names that reports give to entry points that are not exports, with or without the mark of an export.
_NOT_EXPORTS = re.compile(r"(?:\(start\)|func\[[0-9]+\])(?: \(export\))*")


def name_of(function: Function) -> str:
    """Return the function's name, demangled and shortened, or `func[INDEX]` if it has none."""
    return readable(function.name) if function.name else f"func[{function.index}]"


def readable(name: str) -> str:
    """Return a function's debug name, demangled and shortened."""
    return shortened(demangle(name))


def shortened(name: str, most: int = LONGEST_NAME) -> str:
    """Return the name; one of more than `most` characters loses its middle."""
    if len(name) <= most:
        return name
    half = most // 2
    return f"{name[:half]}...{name[-half:]}"


def entry_name(entry: Entry) -> str:
    """Return the entry point's name, shortened.

    An export is marked if it could be mistaken for the start function or an escaping function.
    """
    return shortened(unmistakable(entry.name, entry.kind))


def unmistakable(name: str, kind: EntryKind) -> str:
    """Return the name of an entry point in a form that no entry point of another kind has."""
    return f"{name} (export)" if kind is EntryKind.EXPORT and _NOT_EXPORTS.fullmatch(name) else name


def path_of(witness: Sequence[Step]) -> str:
    """Return the functions of a witness, without the middle of a long one, and the offset where it ends."""
    left_out = len(witness) - LONGEST_PATH + 1
    # A path can have a million steps.
    shown = witness if left_out <= 1 else (*witness[:2], *witness[2 - LONGEST_PATH + 1 :])
    names = [name_of(step.function) for step in shown]
    if left_out > 1:
        names.insert(2, f"({left_out} more)")
    last = witness[-1]
    return f"{' -> '.join(names)}: {shortened(last.instruction)} at offset 0x{last.offset:x}"


def listed(names: Sequence[str], most: int = 3) -> str:
    """Return the first names in backticks, and the number of the others."""
    text = ", ".join(f"`{shortened(name)}`" for name in names[:most])
    return f"{text} and {len(names) - most} more" if len(names) > most else text


def counted(number: int, noun: str) -> str:
    """Return the number with its noun, for example `1 page` or `2 pages`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def labels(verdicts: Sequence[Verdict]) -> str:
    """Return the verdicts as a list of the labels that contracts use."""
    return ", ".join(verdict.label for verdict in verdicts)
