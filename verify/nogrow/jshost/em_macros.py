"""Find the JavaScript in the macros `EM_JS` and `EM_ASM` of C and C++ sources.

Each `EM_JS` becomes a function declaration, and each `EM_ASM` an arrow function, written over the macro, so
that the positions in their bodies stay. Everything else becomes spaces.
"""

import re
from collections.abc import Iterator

from nogrow.errors import ModuleError

_NAME = re.compile(rb"[A-Za-z_$][\w$]*")
_MACRO = re.compile(
    rb"""
    //(?:[^\n\\]|\\.)* | /\*.*?\*/ | R"(?P<delimiter>[^()\\\s]{0,16})\(.*?\)(?P=delimiter)"
    | "(?:\\.|[^"\\\n])*" | (?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'
    | \b(?P<name>EM_JS|EM_ASYNC_JS|(?:MAIN_THREAD_|MAIN_THREAD_ASYNC_)?EM_ASM\w*)\s*\(
    """,
    re.DOTALL | re.VERBOSE,
)
# The preprocessor splits the arguments at commas outside parentheses and strings.
_SEPARATORS = re.compile(
    rb"""//(?:[^\n\\]|\\.)*|/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`|[(),]""",
    re.DOTALL,
)
_DEFINES = re.compile(rb"#[ \t]*define[ \t]+\Z")
_CONTINUED = re.compile(rb"\\(?=\r?\n)")


def code_in_c(source: bytes) -> bytes:
    """Return the code in the source; raise `ModuleError` for a macro that can't be read."""
    text = bytearray(re.sub(rb"[^\n]", b" ", source))
    at = 0
    while (macro := _MACRO.search(source, at)) is not None:
        at = macro.end()
        line = source[source.rfind(b"\n", 0, macro.start()) + 1 : macro.start()]
        if macro["name"] is None or _DEFINES.search(line):
            continue
        parts = list(_arguments(source, macro.end()))
        if not parts:
            raise _unreadable(source, macro.start())
        at = parts[-1][1]
        if macro["name"].endswith(b"_JS"):
            _write_function(source, text, macro.start(), parts)
        else:
            _write_arrow(source, text, macro.start(), parts[0])
    return bytes(text)


def _unreadable(source: bytes, at: int) -> ModuleError:
    line = source.count(b"\n", 0, at) + 1
    return ModuleError(f"line {line}: this macro of Emscripten can't be read")


def _arguments(source: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Yield where each argument of a macro starts and ends; nothing if its parenthesis is not closed."""
    depth = 1
    parts: list[tuple[int, int]] = []
    for separator in _SEPARATORS.finditer(source, start):
        if separator[0] == b"(":
            depth += 1
        elif separator[0] == b")":
            depth -= 1
            if depth == 0:
                yield from [*parts, (start, separator.start())]
                return
        elif separator[0] == b"," and depth == 1:
            parts.append((start, separator.start()))
            start = separator.end()


def _write_function(source: bytes, text: bytearray, at: int, parts: list[tuple[int, int]]) -> None:
    """Write `function name(a, b) { body }` over `EM_JS(type, name, (int a, int b), { body })`."""
    if len(parts) < 4:
        raise _unreadable(source, at)
    name = _NAME.search(source, *parts[1])
    keyword = b"async function " if source.startswith(b"EM_ASYNC_JS", at) else b"function "
    if name is None or name.start() - at < len(keyword):
        raise _unreadable(source, at)
    text[name.start() - len(keyword) : name.start()] = keyword
    text[name.start() : name.end()] = name[0]
    start, end = parts[2]
    for separator in re.finditer(rb"[(),]", source[start:end]):
        text[start + separator.start()] = separator[0][0]
    # The name of a parameter is the last word of its declaration.
    for parameter in re.finditer(rb"([A-Za-z_]\w*)\s*(?:\[\s*\]\s*)?(?=[,)])", source[start:end]):
        if parameter[1] != b"void":
            text[start + parameter.start(1) : start + parameter.end(1)] = parameter[1]
    _copy(source, text, parts[3][0], parts[-1][1])


def _write_arrow(source: bytes, text: bytearray, at: int, part: tuple[int, int]) -> None:
    """Write `;(()=>{ body })` over `EM_ASM({ body }, argument)`."""
    start, end = part
    body = source[start:end].strip()
    if body.startswith(b'"'):
        raise _unreadable(source, at)
    _copy(source, text, start, end)
    if body.startswith(b"{") and body.endswith(b"}"):
        text[start - 6 : start] = b";(()=>"
        text[end : end + 1] = b")"
        return
    text[start - 7 : start] = b";(()=>{"
    if bytes(text[end + 1 : end + 2]) not in (b" ", b""):
        raise _unreadable(source, at)
    text[end : end + 2] = b"})"


def _copy(source: bytes, text: bytearray, start: int, end: int) -> None:
    text[start:end] = _CONTINUED.sub(b" ", source[start:end])
