"""Find the modules in a file: the file itself, the members of an archive, or modules written as text."""

import base64
import csv
import hashlib
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from nogrow.archives import tar, zip
from nogrow.archives.compressed import DECOMPRESSORS, Forward
from nogrow.archives.embedded import embedded
from nogrow.archives.members import Member, imitates_part
from nogrow.archives.unpack_limits import Budget, UnsafeArchiveError
from nogrow.jshost.nearby_scripts import MOST_BYTES, SUFFIXES, Script, likely
from nogrow.wasm.sections import MAGIC

SEPARATOR = "!"

_ZIPS = (".whl", ".zip")
_TARS = (".tar", ".tgz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz")
_PACKED = (".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".txz")
# A zstd file may begin with frames that readers skip.
_SKIPPED_FRAMES = tuple(b"%c\x2a\x4d\x18" % first for first in range(0x50, 0x60))
# The first bytes and suffixes of formats that may hold modules, and that nogrow does not read.
_UNREADABLE: dict[str, tuple[tuple[bytes, ...], tuple[str, ...]]] = {
    "zstd": ((b"\x28\xb5\x2f\xfd", *_SKIPPED_FRAMES), (".zst", ".tzst")),
    "7z": ((b"7z\xbc\xaf\x27\x1c",), (".7z",)),
    "rar": ((b"Rar!\x1a\x07",), (".rar",)),
    "cab": ((b"MSCF\0\0\0\0",), ()),
    "deb": ((b"!<arch>\ndebian-binary",), ()),
    "lz4": ((b"\x04\x22\x4d\x18", b"\x02\x21\x4c\x18"), (".lz4",)),
    "compress": ((b"\x1f\x9d",), ()),
    "lzma": ((b"]\0\0",), (".lzma", ".tlz")),
    "lzip": ((b"LZIP",), (".lz",)),
    "rpm": ((b"\xed\xab\xee\xdb",), ()),
    "cpio": ((b"070701", b"070702", b"070707"), (".cpio",)),
    "xar": ((b"xar!",), ()),
    "crx": ((b"Cr24",), (".crx",)),
    "squashfs": ((b"hsqs",), ()),
    "brotli": ((), (".br",)),
    "asar": ((), (".asar",)),
}
_RECORD = re.compile(r"[^/]+\.dist-info/RECORD")


class Module(NamedTuple):
    """A module in a shipped file.

    `members` is the path to it through nested archives, empty if the file is the module. `problem` says how
    the module differs from the RECORD of the wheel around it, None if it does not. `scripts` are the scripts
    of the same archive that may be its host code, each with its path there.
    """

    members: tuple[str, ...]
    data: bytes
    sha256: str
    problem: str | None = None
    scripts: tuple[Script, ...] = ()


class Counts(NamedTuple):
    """The numbers of files that were searched, including the files in archives.

    `files` are all files but archives, `archives` those that were unpacked. `binaries` are the files that are
    neither text nor modules: in these, nogrow finds only modules that are written as text. `unreadable` are
    the files that were refused with everything in them.
    """

    files: int = 0
    archives: int = 0
    modules: int = 0
    binaries: int = 0
    unreadable: int = 0


UNREADABLE = Counts(files=1, unreadable=1)


class Contents(NamedTuple):
    """The modules in a file, whether the file is an archive, and the counts of files that were examined."""

    modules: tuple[Module, ...]
    is_archive: bool
    counts: Counts


def added(counts: Iterable[Counts]) -> Counts:
    """Return the sums."""
    return Counts(*map(lambda *numbers: sum(numbers), Counts(), *counts))


def contents(name: str, data: bytes, budget: Budget, depth: int = 0) -> Contents:
    """Return the modules in the file `name`.

    `depth` is the number of archives around it. Raises `UnsafeArchiveError`, which names the members that
    lead to the problem.
    """
    if data.startswith(MAGIC) or _named(name, ".wasm"):
        if _named(name, *_ZIPS, *_TARS, *_PACKED):
            # Unpackers find an archive behind the module, in a custom section for example.
            raise UnsafeArchiveError("a module with the file name of an archive")
        return Contents((_module((), data, budget),), False, Counts(files=1, modules=1))
    _refuse_unreadable(name, data)
    members = _members(name, data, budget)
    if members is None:
        # A script with a module written in it is also the module's host code.
        modules = tuple(module._replace(scripts=((name, data),)) for module in _embedded(data, budget))
        counts = Counts(files=1, modules=len(modules), binaries=0 if _is_text(data) else 1)
        return Contents(modules, False, counts)
    if depth == budget.limits.depth:
        raise UnsafeArchiveError(f"an archive within {depth} others, which is the most that nogrow unpacks")
    found_modules: list[Module] = []
    scripts: list[Script] = []
    every_count = [Counts(archives=1)]
    record: Member | None = None
    for member in members:
        try:
            inner = contents(member.name, member.data, budget, depth + 1)
            if inner.modules or inner.is_archive:
                check_name(member.name)
        except UnsafeArchiveError as error:
            raise error.within(member.name) from None
        every_count.append(inner.counts)
        found_modules += (module._replace(members=(member.name, *module.members)) for module in inner.modules)
        if _named(member.name, *SUFFIXES) and len(member.data) <= MOST_BYTES:
            scripts.append((member.name, member.data))
        record = member if _RECORD.fullmatch(member.name) else record
    if _named(name, ".whl"):
        found_modules = _compared(found_modules, record)
    # Modules in archives within this one already have the scripts of those.
    found_modules = [
        module if module.scripts else module._replace(scripts=likely(module.members[0], scripts))
        for module in found_modules
    ]
    return Contents(tuple(found_modules), True, added(every_count))


def check_name(name: str) -> None:
    """Raise `UnsafeArchiveError` for a name that a contract would read as that of another file."""
    if SEPARATOR in name:
        raise UnsafeArchiveError(
            f"a `{SEPARATOR}` in its name, which nogrow uses between an archive and a member"
        )
    if imitates_part(name):
        raise UnsafeArchiveError(
            "a name that ends in `#` and a number, as nogrow names the core modules of a component"
        )


def _named(name: str, *suffixes: str) -> bool:
    return name.lower().endswith(suffixes)


def _is_text(data: bytes) -> bool:
    """Return whether the file is UTF-8 without NULs."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in data


def _refuse_unreadable(name: str, data: bytes) -> None:
    by_data = (kind for kind, (starts, _) in _UNREADABLE.items() if data.startswith(starts))
    by_name = (kind for kind, (_, suffixes) in _UNREADABLE.items() if _named(name, *suffixes))
    kind = next(chain(by_data, by_name), None)
    if kind is not None:
        raise UnsafeArchiveError(f"its contents are unknown: nogrow does not read {kind}")


def _members(name: str, data: bytes, budget: Budget) -> Iterator[Member] | None:
    """Return the members of an archive or of a compressed file, None for other files."""
    if data.startswith(zip.MAGIC):
        return zip.members(data, budget)
    if _named(name, *_ZIPS):
        raise UnsafeArchiveError("not a zip, or a zip with bytes in front of it")
    is_compressed = data.startswith(tuple(DECOMPRESSORS))
    stream = Forward(data, budget, budget.limits.member)
    if tar.is_tar(Forward(data, budget, tar.BLOCK).read()) or _named(
        name, *(_TARS if is_compressed else (".tar",))
    ):
        return tar.members(stream, budget)
    if is_compressed:
        return iter([_only_file(name, stream, budget)])
    if _named(name, *_PACKED):
        raise UnsafeArchiveError("not compressed as its name says")
    return None


def _only_file(name: str, stream: Forward, budget: Budget) -> Member:
    """Return the only file in the compressed file `name`, whose name it has without the last suffix."""
    stem, dot, _ = name.rpartition("/")[2].rpartition(".")
    content = stream.read()
    if stream.read(1):
        raise UnsafeArchiveError(f"unpacks to more than the {len(content):,} bytes that a member may have")
    if stream.streams > 1:
        # Programs that read tars join the streams, but a browser stops after the first.
        raise UnsafeArchiveError("several compressed streams, of which some programs read the first only")
    budget.member(len(content))
    return Member(stem if dot and stem else "contents", content)


def _embedded(data: bytes, budget: Budget) -> Iterator[Module]:
    for number, (encoding, module) in enumerate(embedded(data)):
        budget.member(len(module))
        yield _module((f"{encoding}-{number}",), module, budget)


def _module(members: tuple[str, ...], data: bytes, budget: Budget) -> Module:
    budget.keep(len(data))
    return Module(members, data, hashlib.sha256(data).hexdigest())


def _compared(modules: Iterable[Module], record: Member | None) -> list[Module]:
    """Return the modules of a wheel, each with its difference from RECORD, which is None if there is none.

    Binary distribution format, "The .dist-info directory".
    """
    problem = None if record else "the wheel has no RECORD with its digest"
    recorded: dict[str, list[str]] = {}
    try:
        rows = list(csv.reader(record.data.decode().splitlines())) if record else []
    except (UnicodeDecodeError, csv.Error):
        problem, rows = "the wheel's RECORD can't be read", []
    for row in rows:
        if len(row) > 1:
            recorded.setdefault(row[0], []).append(row[1])

    def compared(module: Module) -> Module:
        # RECORD lists the files of the wheel, not those in archives within it.
        if len(module.members) > 1:
            return module
        digest = base64.urlsafe_b64encode(bytes.fromhex(module.sha256)).rstrip(b"=").decode()
        digests = recorded.get(module.members[0], [])
        if problem is not None or digests == [f"sha256={digest}"]:
            return module._replace(problem=problem)
        if not digests:
            return module._replace(problem="the wheel's RECORD does not list it")
        stated = ", ".join(digests) or "none"
        return module._replace(problem=f"its digest is sha256={digest}, but the wheel's RECORD says {stated}")

    return list(map(compared, modules))
