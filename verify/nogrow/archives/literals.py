"""Decode literals of JavaScript and JSON to bytes: strings, `data:` URLs and arrays of numbers."""

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

from nogrow.archives.unpack_limits import UnsafeArchiveError

# A string ends with the quote that began it; within another string, both have a backslash in front.
_OPENING = re.compile(rb"(?<!\\)(\\?)([\"'`])\Z")
_ESCAPE = re.compile(
    r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([0-3]?[0-7]{1,2})|(\r\n|.))",
    re.DOTALL,
)
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "\n": "", "\r": "", "\r\n": ""}
_LINE_SEPARATORS = ("\u2028", "\u2029")
_NUMBER = re.compile(rb"\s*(-?)(0x[0-9a-f]{1,2}|[0-9]{1,3})\s*,?")
_TYPE = re.compile(rb"\s*data:([^,]*),", re.IGNORECASE)
_BASE64_MARK = re.compile(rb";\s*base64\s*\Z", re.IGNORECASE)
_BASE64 = re.compile(rb"[A-Za-z0-9+/]*={0,2}")
_JOINED = re.compile(rb"\s*\+")
_MOST_SPACE = 200
_MOST_BYTE = 255


def string_at(data: bytes, start: int) -> tuple[str, int]:
    """Return the string literal whose contents start at `start`, without escapes, and where they end.

    Raises `UnsafeArchiveError` if there is no quote in front, no end, a placeholder in it, or no UTF-8.
    """
    opening = _OPENING.search(data, max(0, start - 3), start)
    if opening is None:
        raise UnsafeArchiveError("a module that is not at the start of a string literal")
    within, quote = opening[1], opening[2]
    end = _end(data, start, quote, is_within=bool(within))
    try:
        text = data[start:end].decode()
    except UnicodeDecodeError:
        raise UnsafeArchiveError("a module in a string literal that is not UTF-8") from None
    if within:
        text = unescaped(text)
    if quote == b"`" and "${" in text:
        raise UnsafeArchiveError("a module in a template literal with a placeholder in it")
    behind = end + len(within + quote)
    if _JOINED.match(data, behind, behind + _MOST_SPACE):
        raise UnsafeArchiveError("a module that does not end as one string literal")
    return unescaped(text), end


def _end(data: bytes, start: int, quote: bytes, *, is_within: bool) -> int:
    """Return the end of the string, in front of its quote; raise `UnsafeArchiveError` if there is none.

    `is_within` says that it is in another string, where backslashes are doubled and quotes have one.
    """
    searched = start
    while (end := data.find(quote, searched)) >= 0:
        between = data[searched:end]
        backslashes = len(between) - len(between.rstrip(b"\\"))
        if is_within and backslashes % 4 == 1:
            return end - 1
        if not is_within and backslashes % 2 == 0:
            return end
        searched = end + 1
    raise UnsafeArchiveError("a module in a string literal without end")


def unescaped(text: str) -> str:
    """Return the text with each escape of JavaScript replaced by its character."""

    def character(match: re.Match[str]) -> str:
        braces, four, two, octal, single = match.groups()
        if braces or four or two:
            return chr(min(int(braces or four or two, 16), 0x10FFFF))
        if octal:
            return chr(int(octal, 8))
        return "" if single in _LINE_SEPARATORS else _SIMPLE.get(single, single)

    return _ESCAPE.sub(character, text)


def bytes_of(text: str) -> bytes:
    """Return one byte for each character; raise `UnsafeArchiveError` for characters beyond a byte."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        raise UnsafeArchiveError("a module in a string literal with characters beyond one byte") from None


def url_type(url: str) -> str | None:
    """Return the media type of a `data:` URL in lower case, without parameters; None for anything else."""
    head = _TYPE.match(url.encode("utf-8", "surrogatepass")[:1000])
    return None if head is None else head[1].split(b";")[0].strip().lower().decode(errors="replace")


def url_body(url: str) -> bytes:
    """Decode a `data:` URL; raise `UnsafeArchiveError` for wrong base64.

    URL Standard, "URL parsing" and Fetch Standard, "data: URL processor".
    """
    raw = url.encode("utf-8", "surrogatepass").strip(bytes(range(0x21)))
    raw = raw.translate(None, b"\t\n\r").split(b"#")[0]
    head = _TYPE.match(raw)
    if head is None:
        raise UnsafeArchiveError("not a `data:` URL")
    body = unquote_to_bytes(raw[head.end() :])
    if not _BASE64_MARK.search(head[1]):
        return body
    return from_base64(body.translate(None, b"\t\n\f\r "))


def is_plain_url(url: str) -> bool:
    """Return whether URL parsing keeps everything behind the comma; it may drop spaces in base64."""
    head, _, body = url.partition(",")
    ignored = "\t\n\r " if _BASE64_MARK.search(head.encode("utf-8", "surrogatepass")) else ""
    body = body.translate(dict.fromkeys(map(ord, ignored)))
    return not re.search(r"[\t\n\r#]|[\0-\x20]\Z", body)


def from_base64(text: bytes) -> bytes:
    """Decode base64 of either alphabet, padded or not; raise `UnsafeArchiveError` for other text."""
    text = text.translate(bytes.maketrans(b"-_", b"+/"))
    if not _BASE64.fullmatch(text):
        raise UnsafeArchiveError("base64 of a module with other characters in it")
    bare = text.rstrip(b"=")
    try:
        return base64.b64decode(bare + b"=" * (-len(bare) % 4), validate=True)
    except binascii.Error:
        raise UnsafeArchiveError("base64 of a module that does not end with a whole byte") from None


def numbers_at(data: bytes, start: int, closing: bytes) -> tuple[bytes, int]:
    """Return the bytes written as numbers from `start` to the bracket `closing`, and the bracket's offset.

    `data` is in lower case. Raises `UnsafeArchiveError` for anything but bytes.
    """
    numbers = bytearray()
    offset = start
    while (number := _NUMBER.match(data, offset)) is not None:
        value = int(number[2], 16 if number[2][:2] == b"0x" else 10)
        value = (-value if number[1] else value) & _MOST_BYTE if value <= _MOST_BYTE else -1
        if value < 0 or (not number[0].endswith(b",") and data[number.end() : number.end() + 1] != closing):
            break
        numbers.append(value)
        offset = number.end()
    rest = data[offset : offset + 1000].lstrip()
    if not rest.startswith(closing):
        raise UnsafeArchiveError("an array of a module with elements that are not bytes")
    return bytes(numbers), offset
