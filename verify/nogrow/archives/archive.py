"""Find the modules in a file: the file itself, the members of an archive, or modules written as text."""

import hashlib
import re
from collections.abc import Iterator
from typing import NamedTuple

from nogrow.archives import tar, wheel, zip
from nogrow.archives.compressed import DECOMPRESSORS, Forward
from nogrow.archives.counts import Counts, added, counts_of_file
from nogrow.archives.embedded import embedded
from nogrow.archives.members import Member, imitates_part
from nogrow.archives.tar import BLOCK
from nogrow.archives.unpack_limits import Budget, UnsafeArchiveError
from nogrow.jshost.nearby_scripts import MOST_BYTES, SUFFIXES, Script, likely
from nogrow.wasm.sections import MAGIC

SEPARATOR = "!"

_WASM, _WHEEL = ".wasm", ".whl"
_ZIPS = (_WHEEL, ".zip")
_TARS = (".tar", ".tgz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz")
_PACKED = (".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".txz")
# Formats that may hold modules, and that Python's standard library can't read.
_UNREADABLE = {
    b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "rar",
    b"MSCF\0\0\0\0": "cab",
    b"!<arch>\ndebian-binary": "deb",
    b"\x04\x22\x4d\x18": "lz4",
    b"\x1f\x9d": "compress",
    b"\x02\x21\x4c\x18": "lz4",
    b"]\0\0": "lzma",
    b"LZIP": "lzip",
    b"\xed\xab\xee\xdb": "rpm",
    b"070701": "cpio",
    b"070702": "cpio",
    b"070707": "cpio",
    b"xar!": "xar",
    b"Cr24": "crx",
    b"hsqs": "squashfs",
}
# A zstd file may begin with frames that readers skip.
_SKIPPED_FRAME = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
_UNREADABLE_SUFFIXES = {
    ".br": "brotli",
    ".zst": "zstd",
    ".tzst": "zstd",
    ".lzma": "lzma",
    ".tlz": "lzma",
    ".lz": "lzip",
    ".lz4": "lz4",
    ".7z": "7z",
    ".rar": "rar",
    ".asar": "asar",
    ".crx": "crx",
    ".cpio": "cpio",
}


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


class Contents(NamedTuple):
    """The modules in a file, whether the file is an archive, and the counts of files that were examined."""

    modules: tuple[Module, ...]
    is_archive: bool
    counts: Counts


def contents(name: str, data: bytes, budget: Budget, depth: int = 0) -> Contents:
    """Return the modules in the file `name`.

    `depth` is the number of archives around it. Raises `UnsafeArchiveError`, which names the members that
    lead to the problem.
    """
    if data.startswith(MAGIC) or _named(name, (_WASM,)):
        if _named(name, (*_ZIPS, *_TARS, *_PACKED)):
            # Unpackers find an archive behind the module, in a custom section for example.
            raise UnsafeArchiveError("a module with the file name of an archive")
        budget.keep(len(data))
        module = Module((), data, hashlib.sha256(data).hexdigest())
        return Contents((module,), False, Counts(files=1, modules=1))
    _refuse_unreadable(name, data)
    members = _members(name, data, budget)
    if members is None:
        # A script with a module written in it is also the module's host code.
        modules = tuple(module._replace(scripts=((name, data),)) for module in _embedded(data, budget))
        return Contents(modules, False, counts_of_file(data, len(modules)))
    if depth == budget.limits.depth:
        raise UnsafeArchiveError(f"an archive within {depth} others, which is the most that nogrow unpacks")
    found_modules: list[Module] = []
    scripts: list[Script] = []
    counts = [Counts(archives=1)]
    record: Member | None = None
    for member in members:
        try:
            inner = contents(member.name, member.data, budget, depth + 1)
            if inner.modules or inner.is_archive:
                check_name(member.name)
        except UnsafeArchiveError as error:
            raise error.within(member.name) from None
        counts.append(inner.counts)
        found_modules += (module._replace(members=(member.name, *module.members)) for module in inner.modules)
        if _named(member.name, SUFFIXES) and len(member.data) <= MOST_BYTES:
            scripts.append((member.name, member.data))
        record = member if wheel.is_record(member) else record
    if _named(name, (_WHEEL,)):
        digests = wheel.Record(record)
        found_modules = [_compared(module, digests) for module in found_modules]
    # Modules in archives within this one already have the scripts of those.
    found_modules = [
        module if module.scripts else module._replace(scripts=likely(module.members[0], scripts))
        for module in found_modules
    ]
    return Contents(tuple(found_modules), True, added(counts))


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


def _members(name: str, data: bytes, budget: Budget) -> Iterator[Member] | None:
    """Return the members of an archive or of a compressed file, None for other files."""
    if data.startswith(zip.MAGIC):
        return zip.members(data, budget)
    if _named(name, _ZIPS):
        raise UnsafeArchiveError("not a zip, or a zip with bytes in front of it")
    if data.startswith(tuple(DECOMPRESSORS)):
        return _uncompressed(name, data, budget)
    if tar.is_tar(data[:512]) or _named(name, (".tar",)):
        return tar.members(Forward(data, budget, budget.limits.member), budget)
    if _named(name, _PACKED):
        raise UnsafeArchiveError("not compressed as its name says")
    return None


def _uncompressed(name: str, data: bytes, budget: Budget) -> Iterator[Member]:
    head = Forward(data, budget, BLOCK).read()
    stream = Forward(data, budget, budget.limits.member)
    if tar.is_tar(head) or _named(name, _TARS):
        return tar.members(stream, budget)
    return iter([_only(name, stream, budget)])


def _only(name: str, stream: Forward, budget: Budget) -> Member:
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


def _refuse_unreadable(name: str, data: bytes) -> None:
    kind = next((kind for magic, kind in _UNREADABLE.items() if data.startswith(magic)), None)
    by_suffix = next((kind for suffix, kind in _UNREADABLE_SUFFIXES.items() if _named(name, (suffix,))), None)
    kind = "zstd" if _SKIPPED_FRAME.match(data) else kind
    if kind or by_suffix:
        raise UnsafeArchiveError(f"its contents are unknown: nogrow does not read {kind or by_suffix}")


def _embedded(data: bytes, budget: Budget) -> Iterator[Module]:
    for number, module in enumerate(embedded(data)):
        budget.member(len(module.data))
        budget.keep(len(module.data))
        name = f"{module.encoding}-{number}"
        yield Module((name,), module.data, hashlib.sha256(module.data).hexdigest())


def _compared(module: Module, record: wheel.Record) -> Module:
    """Return the module with its difference from the wheel's RECORD, if it is a file of the wheel."""
    if len(module.members) > 1:
        return module
    return module._replace(problem=record.disagreement(module.members[0], module.sha256))


def _named(name: str, suffixes: tuple[str, ...]) -> bool:
    return name.lower().endswith(suffixes)
