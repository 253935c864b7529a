"""Read the sources of Emscripten's glue, which are JavaScript with `#if` and `{{{ ... }}}`."""

import re
from collections.abc import Iterator

_DIRECTIVE = re.compile(
    rb"[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif|include|preprocess|error|warning|define|undef)\b"
)
_OPENING = (b"if", b"ifdef", b"ifndef")
_FURTHER = (b"elif", b"else")
_MACRO = re.compile(rb"\{\{\{.*?\}\}\}", re.DOTALL)
_VISIBLE = re.compile(rb"[^\r\n]")


def readings(source: bytes) -> Iterator[bytes]:
    """Yield `source` as JavaScript in which every position is the same, none if it has no such constructs.

    Directives become blank lines, and macros become names. The first text has all branches of each `#if`,
    the second has the first branch, and the third has the last one.
    """
    lines = source.splitlines(keepends=True)
    directives = {
        number: match[1] for number, line in enumerate(lines) if (match := _DIRECTIVE.match(line)) is not None
    }
    if not directives and _MACRO.search(source) is None:
        return
    first, last = _branches(len(lines), directives)
    for kept in (None, first, last):
        text = b"".join(
            line if number not in directives and (kept is None or kept[number]) else _blank(line)
            for number, line in enumerate(lines)
        )
        yield _MACRO.sub(lambda macro: b"_" + _blank(macro[0][1:]), text)


def _branches(count: int, directives: dict[int, bytes]) -> tuple[list[bool], list[bool]]:
    """Return which lines are in the first branch of each `#if` around them, and which in the last one."""
    first, last = [True] * count, [True] * count
    # The numbers of the directives at which the branches of each `#if` around begin.
    around: list[list[int]] = []
    for number in range(count):
        directive = directives.get(number)
        if directive in _OPENING:
            around.append([number])
        elif around and directive in _FURTHER:
            around[-1].append(number)
        elif around and directive == b"endif":
            begins = around.pop()
            for kept, begin, end in ((first, begins[0], begins[1:]), (last, begins[-1], [number])):
                end_of_kept = end[0] if end else number
                for line in range(begins[0], number):
                    kept[line] = kept[line] and begin <= line < end_of_kept
    return first, last


def _blank(text: bytes) -> bytes:
    return _VISIBLE.sub(b" ", text)
