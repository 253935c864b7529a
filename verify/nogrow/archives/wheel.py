"""What a wheel says of the modules in it, held against them."""

import base64
import csv
import re

from nogrow.archives.members import Member

_RECORD = re.compile(r"[^/]+\.dist-info/RECORD")


def is_record(member: Member) -> bool:
    """Whether the member is the list of a wheel's files."""
    return _RECORD.fullmatch(member.name) is not None


class Record:
    """A wheel's list of its files with their digests."""

    def __init__(self, member: Member | None) -> None:
        """`member` is None if the wheel has no such list."""
        self._problem = None if member else "the wheel has no RECORD, which would say its digest"
        self._said: dict[str, list[str]] = {}
        try:
            rows = list(csv.reader(member.data.decode().splitlines())) if member else []
        except (UnicodeDecodeError, csv.Error):
            self._problem, rows = "the wheel's RECORD can't be read", []
        for row in rows:
            if len(row) > 1:
                self._said.setdefault(row[0], []).append(row[1])

    def disagreement(self, name: str, sha256: str) -> str | None:
        """What is wrong with the line of the member `name`, None if its digest is there.

        `sha256` is in hexadecimal. Binary distribution format, "The .dist-info directory".
        """
        said = self._said.get(name, [])
        digest = base64.urlsafe_b64encode(bytes.fromhex(sha256)).rstrip(b"=").decode()
        if self._problem is not None or said == [f"sha256={digest}"]:
            return self._problem
        if not said:
            return "the wheel's RECORD does not list it"
        return f"its digest is sha256={digest}, and the wheel's RECORD says {', '.join(said) or 'none'}"
