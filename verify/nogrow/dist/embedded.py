"""Modules that are written as base64 within other files, as bundlers put them into JavaScript."""

import base64
import binascii
import re
from collections.abc import Iterator

from nogrow.dist.limits import Refused

# What base64 makes of the magic number and the version, of a module and of a component.
_START = re.compile(rb"AGFzbQ(?:EAAAA|0AAQA)[A-Za-z0-9+/]*={0,2}")
# The end of a literal that nothing is joined to; in a source map, the quote is escaped.
_END = re.compile(rb"\\?[\"'`](?!\s*\+)")


def embedded(data: bytes) -> Iterator[bytes]:
    """The modules in `data` that are each a whole string literal, or the end of one; raises `Refused`."""
    for found in _START.finditer(data):
        text = found.group()
        try:
            module = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
        except binascii.Error:
            module = None
        if module is None or not _END.match(data, found.end()):
            line = data.count(b"\n", 0, found.start()) + 1
            raise Refused(f"line {line}: base64 of a module that does not end as one string literal")
        yield module
