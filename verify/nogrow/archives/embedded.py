"""Find modules that are written as text in other files, as bundlers embed them in JavaScript.

The first eight bytes of a module tell where it starts: in base64, in a `data:` URL, with the escapes of
strings, as an array of numbers, or in hexadecimal. A module that can't be read to its end is refused.
"""

import heapq
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from nogrow.archives.literals import (
    bytes_of,
    from_base64,
    is_plain_url,
    numbers_at,
    string_at,
    unescaped,
    url_body,
    url_type,
)
from nogrow.archives.unpack_limits import UnsafeArchiveError
from nogrow.wasm.sections import MAGIC

WASM_TYPE = "application/wasm"

# The magic number and the version, of a module and of a component.
_HEADS = (b"\0asm\1\0\0\0", b"\0asm\x0d\0\1\0")
# Their base64, in which strings may escape the last two characters of the alphabet and the padding.
_BASE64 = re.compile(
    rb"AGFzbQ(?:EAAAA|0AAQA)(?:[A-Za-z0-9+/_-]|\\/|(?:%|\\x|\\u00)2[BbFf])*(?:=|(?:%|\\x|\\u00)3[Dd]){0,2}"
)
# The end of a literal to which no other is joined; in a source map, the quote is escaped.
_END = re.compile(rb"\\?[\"'`](?!\s*\+)")
_URL = re.compile(rb"data:(?=[\w.+*-]+/[\w.+*-]+|[;,])[^,\"'`<>\n]{0,200},")
# The end of a URL with nothing behind the comma: its contents are elsewhere, and are found there.
_EMPTY = re.compile(rb"\\?(?:[\"'`<\s)]|\$\{|\Z)")
_ESCAPES = re.compile(rb"[\\%]")
_HEX = re.compile(rb"00 ?61 ?73 ?6d ?(?:01 ?00 ?00 ?00|0d ?00 ?01 ?00)")
# In arrays and strings, the first byte is at most this many bytes in front of the magic number's letters.
_WINDOW = 200
_WINDOW_OF_STRING = 30
_CLOSING = {b"[": b"]", b"(": b")", b"{": b"}", b'"': b'"', b"'": b"'", b"`": b"`"}


def embedded(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the modules in `data` in their order, each with its encoding there.

    Raises `UnsafeArchiveError`, which names the line.
    """
    lowered = data.lower()
    strings = _around(_ESCAPED, _LETTERS, data, lowered, _WINDOW_OF_STRING)
    arrays = _around(_NUMBERS, _LETTERS_AS_NUMBERS, lowered, lowered, _WINDOW)
    searches = (
        _literals(data, _URL.finditer(lowered), _url),
        _literals(data, _BASE64.finditer(data), _base64),
        _literals(data, strings, _string),
        _literals(lowered, arrays, _array),
        _literals(data, _HEX.finditer(lowered), _hexadecimal),
    )
    end = 0
    for literal in heapq.merge(*searches, key=lambda literal: literal.start):
        # A literal within a URL was read with the URL.
        if literal.start < end:
            continue
        if literal.problem is not None:
            line = data.count(b"\n", 0, literal.start) + 1
            raise UnsafeArchiveError(f"line {line}: {literal.problem}")
        end = literal.end
        yield literal.encoding, literal.module


class _Literal(NamedTuple):
    start: int
    end: int
    encoding: str = ""
    module: bytes = b""
    problem: str | None = None


# The end of a literal, its encoding and its module.
_Contents = tuple[int, str, bytes]


def _literals(
    data: bytes,
    matches: Iterable[re.Match[bytes]],
    read: Callable[[bytes, re.Match[bytes]], _Contents | None],
) -> Iterator[_Literal]:
    """Yield what `read` returns for each match, or its problem, unless it returns None."""
    for match in matches:
        try:
            literal = read(data, match)
        except UnsafeArchiveError as error:
            yield _Literal(match.start(), match.end(), problem=error.reason)
        else:
            if literal is not None:
                yield _Literal(match.start(), *literal)


def _url(data: bytes, match: re.Match[bytes]) -> _Contents | None:
    """Return the module in a `data:` URL; raise errors only if it has the media type of WebAssembly."""
    is_wasm = url_type(match[0].decode("latin-1")) == WASM_TYPE
    if _EMPTY.match(data, match.end()):
        return None
    try:
        text, end = string_at(data, match.start())
        body = url_body(text)
    except UnsafeArchiveError:
        if is_wasm:
            raise
        return None
    if body.startswith(MAGIC):
        if not is_plain_url(text):
            raise UnsafeArchiveError(
                "a `data:` URL of a module with characters that browsers drop: encode them as `%09` or `%23`"
            )
        return end, "base64" if b"base64" in match[0] else "url", body
    if is_wasm:
        raise UnsafeArchiveError(f"a `data:` URL of {WASM_TYPE} without a module")
    return None


def _base64(data: bytes, match: re.Match[bytes]) -> _Contents:
    if not _END.match(data, match.end()):
        raise UnsafeArchiveError("base64 of a module that does not end as one string literal")
    text = unescaped(match[0].decode("ascii"))
    return match.end(), "base64", from_base64(unquote_to_bytes(text))


def _string(data: bytes, match: re.Match[bytes]) -> _Contents | None:
    if not _ESCAPES.search(match[0]) and not _is_quoted(data, match.start()):
        # These bytes are within a binary file, not in a string.
        return None
    text, end = string_at(data, match.start())
    module = bytes_of(text)
    return end, "string", unquote_to_bytes(module) if b"%" in match[0] else module


def _array(lowered: bytes, match: re.Match[bytes]) -> _Contents:
    opening = lowered[max(0, match.start() - _WINDOW) : match.start()].rstrip()[-1:]
    closing = _CLOSING.get(opening)
    if closing is None:
        raise UnsafeArchiveError("a module that is not at the start of an array")
    module, end = numbers_at(lowered, match.start(), closing)
    return end, "array", module


def _hexadecimal(data: bytes, match: re.Match[bytes]) -> _Contents | None:
    if not _is_quoted(data, match.start()):
        return None
    text, end = string_at(data, match.start())
    try:
        return end, "hex", bytes.fromhex(text)
    except ValueError:
        raise UnsafeArchiveError("a module in hexadecimal with other characters in it") from None


def _is_quoted(data: bytes, start: int) -> bool:
    return data[max(0, start - 1) : start] in (b'"', b"'", b"`")


def _around(
    pattern: re.Pattern[bytes], letters: re.Pattern[bytes], data: bytes, lowered: bytes, window: int
) -> Iterator[re.Match[bytes]]:
    """Yield the matches of `pattern` around each match of `letters`, which is faster to search for."""
    end = 0
    for letter in letters.finditer(lowered):
        match = pattern.search(data, max(end, letter.start() - window), letter.end() + _WINDOW)
        # A match that starts behind these letters contains the next ones.
        if match is not None and match.start() < letter.start():
            end = match.end()
            yield match


def _written(byte: int) -> bytes:
    """Return a pattern for all forms in which a string or a URL may write `byte`."""
    # Hexadecimal digits may be in either case.
    digits = b"".join(
        b"[%c%c]" % (digit, digit ^ 0x20) if digit > ord("9") else b"%c" % digit for digit in b"%02x" % byte
    )
    forms = [
        b"%" + digits,
        rb"\\{1,2}x" + digits,
        rb"\\{1,2}u00" + digits,
        rb"\\{1,2}u\{0{0,4}" + digits.removeprefix(b"0") + rb"\}",
        rb"\\{1,2}0{0,2}%o(?![0-7])" % byte,
        rb"\\{0,2}" + re.escape(bytes([byte])),
    ]
    if byte == ord("\r"):
        forms.append(rb"\\{1,2}r")
    return b"(?:" + b"|".join(forms) + b")"


def _number(byte: int) -> bytes:
    return rb"(?:0x0?%x|0{0,2}%d)" % (byte, byte)


_ESCAPED = re.compile(b"|".join(b"".join(_written(byte) for byte in head) for head in _HEADS))
_NUMBERS = re.compile(
    b"(?<![\\w.,-])"
    + b"(?:"
    + b"|".join(rb"\s*,\s*".join(_number(byte) for byte in head) for head in _HEADS)
    + rb")(?![\w.])"
)
# The letters of the magic number, as a string in lower case and as numbers may write them.
_JOINT = rb"[\\%xu{}0]{0,9}"
_LETTERS = re.compile(
    rb"(?<=[\0}\\x{%u0])(?:a|61|141)" + _JOINT + rb"(?:s|73|163)" + _JOINT + rb"(?:m|6d|155)"
)
_LETTERS_AS_NUMBERS = re.compile(rb"(?:97|61)\s*,[\s0x]*(?:115|73)\s*,[\s0x]*(?:109|6d)")
