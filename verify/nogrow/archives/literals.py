"""What literals of JavaScript and JSON stand for, as bytes: strings, `data:` URLs, arrays of numbers."""

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

from nogrow.archives.unpack_limits import UnsafeArchiveError

# What ends a string: the quote that began it, with a backslash before both if a string is within another.
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
_BACKSLASH = ord("\\")
_MOST_BYTE = 255


def string_at(data: bytes, start: int) -> tuple[str, int]:
    """Return the string literal whose contents begin at `start`, without escapes, and where they end.

    Raises `UnsafeArchiveError` if no quote begins it there, nothing ends it, it has a hole, or is not UTF-8.
    """
    opening = _OPENING.search(data, max(0, start - 3), start)
    if opening is None:
        raise UnsafeArchiveError("a module that is not the beginning of a string literal")
    within, quote = opening[1], opening[2]
    end = _end(data, start, quote, is_within=bool(within))
    try:
        text = data[start:end].decode()
    except UnicodeDecodeError:
        raise UnsafeArchiveError("a module in a string literal that is not UTF-8") from None
    if within:
        text = unescaped(text)
    if quote == b"`" and "${" in text:
        raise UnsafeArchiveError("a module in a template literal, with a part of it elsewhere")
    behind = end + len(within + quote)
    if _JOINED.match(data, behind, behind + _MOST_SPACE):
        raise UnsafeArchiveError("a module that does not end as one string literal")
    return unescaped(text), end


def _end(data: bytes, start: int, quote: bytes, *, is_within: bool) -> int:
    """Return where the string ends, in front of its quote; raises `UnsafeArchiveError` if it does not.

    `is_within` says that it is in another string, where backslashes are doubled and quotes have one.
    """
    place = start
    while (end := data.find(quote, place)) >= 0:
        backslashes = _run(data, start, end)
        if is_within and backslashes % 4 == 1:
            return end - 1
        if not is_within and backslashes % 2 == 0:
            return end
        place = end + 1
    raise UnsafeArchiveError("a module in a string literal without end")


def _run(data: bytes, start: int, end: int) -> int:
    """Return how many backslashes are right in front of `end`, and not in front of `start`."""
    place = end
    while place > start and data[place - 1] == _BACKSLASH:
        place -= 1
    return end - place


def unescaped(text: str) -> str:
    """Return the text with each escape of JavaScript replaced by the character that it stands for."""

    def character(match: "re.Match[str]") -> str:
        braces, four, two, octal, other = match.groups()
        if braces or four or two:
            return chr(min(int(braces or four or two, 16), 0x10FFFF))
        if octal:
            return chr(int(octal, 8))
        return "" if other in _LINE_SEPARATORS else _SIMPLE.get(other, other)

    return _ESCAPE.sub(character, text)


def bytes_of(text: str) -> bytes:
    """Return the string as bytes, one for each character; raise `UnsafeArchiveError` for larger ones."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        raise UnsafeArchiveError("a module in a string literal with characters that are no bytes") from None


def url_type(url: str) -> str | None:
    """Return the media type of a `data:` URL in lower case, without parameters; None for anything else."""
    head = _TYPE.match(url.encode("utf-8", "surrogatepass")[:1000])
    return None if head is None else head[1].split(b";")[0].strip().lower().decode(errors="replace")


def url_body(url: str) -> bytes:
    """Return what a `data:` URL stands for; raises `UnsafeArchiveError` for base64 that is none.

    URL Standard, "URL parsing" and Fetch Standard, "data: URL processor".
    """
    raw = url.encode("utf-8", "surrogatepass").strip(bytes(range(0x21)))
    raw = raw.translate(None, b"\t\n\r").split(b"#")[0]
    head = _TYPE.match(raw)
    if head is None:
        raise UnsafeArchiveError("no `data:` URL")
    body = unquote_to_bytes(raw[head.end() :])
    if not _BASE64_MARK.search(head[1]):
        return body
    return from_base64(body.translate(None, b"\t\n\f\r "))


def is_plain_url(url: str) -> bool:
    """Return whether what stands behind the comma is what URLs keep of it; spaces in base64 say nothing."""
    head, _, body = url.partition(",")
    ignored = "\t\n\r " if _BASE64_MARK.search(head.encode("utf-8", "surrogatepass")) else ""
    body = body.translate(dict.fromkeys(map(ord, ignored)))
    return not re.search(r"[\t\n\r#]|[\0-\x20]\Z", body)


def from_base64(text: bytes) -> bytes:
    """Decode base64 of either alphabet, padded or not; raise `UnsafeArchiveError` for other text."""
    text = text.translate(bytes.maketrans(b"-_", b"+/"))
    if not _BASE64.fullmatch(text):
        raise UnsafeArchiveError("base64 of a module that has other characters in it")
    bare = text.rstrip(b"=")
    try:
        return base64.b64decode(bare + b"=" * (-len(bare) % 4), validate=True)
    except binascii.Error:
        raise UnsafeArchiveError("base64 of a module that has no whole bytes") from None


def numbers_at(data: bytes, start: int, closing: bytes) -> tuple[bytes, int]:
    """Return the bytes that are written as numbers from `start` to the bracket `closing`, and where it is.

    The text is in lower case. Raises `UnsafeArchiveError`.
    """
    numbers = bytearray()
    place = start
    while (number := _NUMBER.match(data, place)) is not None:
        value = int(number[2], 16 if number[2][:2] == b"0x" else 10)
        value = (-value if number[1] else value) & _MOST_BYTE if value <= _MOST_BYTE else -1
        if value < 0 or (not number[0].endswith(b",") and data[number.end() : number.end() + 1] != closing):
            break
        numbers.append(value)
        place = number.end()
    rest = data[place : place + 1000].lstrip()
    if not rest.startswith(closing):
        raise UnsafeArchiveError("an array of a module that has other things in it than bytes")
    return bytes(numbers), place
