"""Compare the modules in a wheel with the digests in its RECORD."""

import base64
import csv
import re

from nogrow.archives.members import Member

_RECORD = re.compile(r"[^/]+\.dist-info/RECORD")


def is_record(member: Member) -> bool:
    """Return whether the member is a wheel's RECORD, the list of its files."""
    return _RECORD.fullmatch(member.name) is not None


class Record:
    """A wheel's RECORD: its files with their digests."""

    def __init__(self, member: Member | None) -> None:
        """Parse the RECORD; `member` is None if the wheel has none."""
        self._problem = None if member else "the wheel has no RECORD with its digest"
        self._digests: dict[str, list[str]] = {}
        try:
            rows = list(csv.reader(member.data.decode().splitlines())) if member else []
        except (UnicodeDecodeError, csv.Error):
            self._problem, rows = "the wheel's RECORD can't be read", []
        for row in rows:
            if len(row) > 1:
                self._digests.setdefault(row[0], []).append(row[1])

    def disagreement(self, name: str, sha256: str) -> str | None:
        """Return how RECORD differs from the member `name`, None if it has the member's digest.

        `sha256` is in hexadecimal. Binary distribution format, "The .dist-info directory".
        """
        recorded = self._digests.get(name, [])
        digest = base64.urlsafe_b64encode(bytes.fromhex(sha256)).rstrip(b"=").decode()
        if self._problem is not None or recorded == [f"sha256={digest}"]:
            return self._problem
        if not recorded:
            return "the wheel's RECORD does not list it"
        return f"its digest is sha256={digest}, but the wheel's RECORD says {', '.join(recorded) or 'none'}"
