"""A file's bytes to the modules in it: it is one, it is an archive, or one is written in it as text."""

import hashlib
import re
from collections.abc import Iterator
from typing import NamedTuple

from nogrow.archives import tar, wheel, zip
from nogrow.archives.compressed import DECOMPRESSORS, Forward
from nogrow.archives.counts import Counts, added, counts_of_file
from nogrow.archives.embedded import embedded
from nogrow.archives.members import Member, imitates_part
from nogrow.archives.tar_header import BLOCK
from nogrow.archives.unpack_limits import Budget, UnsafeArchiveError
from nogrow.jshost.nearby_scripts import MOST_BYTES, SUFFIXES, Script, likely
from nogrow.wasm.sections import MAGIC

SEPARATOR = "!"

_WASM, _WHEEL = ".wasm", ".whl"
_ZIPS = (_WHEEL, ".zip")
_TARS = (".tar", ".tgz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz")
_PACKED = (".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".txz")
# What may hold modules, and can't be read with the standard library.
_CLOSED = {
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
# A zstd file may begin with frames that are passed over.
_SKIPPED_FRAME = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
_CLOSED_NAMES = {
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

    `members` lead to it; there are none if it is the file itself. `problem` is what the wheel around it
    says otherwise of it, None if nothing. `scripts` are those of the same archive that may be its host
    code, each with its path there.
    """

    members: tuple[str, ...]
    data: bytes
    sha256: str
    problem: str | None = None
    scripts: tuple[Script, ...] = ()


class Contents(NamedTuple):
    """The modules in a file, whether it is one that can hold others, and how many files were looked at."""

    modules: tuple[Module, ...]
    is_archive: bool
    counts: Counts


def contents(name: str, data: bytes, budget: Budget, depth: int = 0) -> Contents:
    """What is in the file `name`; raises `UnsafeArchiveError`, which says in which member if it is in one."""
    if data.startswith(MAGIC) or _named(name, (_WASM,)):
        if _named(name, (*_ZIPS, *_TARS, *_PACKED)):
            # Who unpacks it finds an archive behind the module, in a custom section for example.
            raise UnsafeArchiveError("a module under the name of an archive")
        budget.keep(len(data))
        module = Module((), data, hashlib.sha256(data).hexdigest())
        return Contents((module,), False, Counts(files=1, modules=1))
    _refuse_closed(name, data)
    members = _members(name, data, budget)
    if members is None:
        # A module that is written in a script has its host code there as well.
        inside = tuple(module._replace(scripts=((name, data),)) for module in _embedded(data, budget))
        return Contents(inside, False, counts_of_file(data, len(inside)))
    if depth == budget.limits.depth:
        raise UnsafeArchiveError(f"an archive within {depth} others; it is looked into {depth} at most")
    found: list[Module] = []
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
        found += (one._replace(members=(member.name, *one.members)) for one in inner.modules)
        if _named(member.name, SUFFIXES) and len(member.data) <= MOST_BYTES:
            scripts.append((member.name, member.data))
        record = member if wheel.is_record(member) else record
    if _named(name, (_WHEEL,)):
        said = wheel.Record(record)
        found = [_recorded(one, said) for one in found]
    # Members of archives within this one have had theirs already.
    found = [one if one.scripts else one._replace(scripts=likely(one.members[0], scripts)) for one in found]
    return Contents(tuple(found), True, added(counts))


def check_name(name: str) -> None:
    """Raise `UnsafeArchiveError` for a name that contracts would take for that of another file."""
    if SEPARATOR in name:
        raise UnsafeArchiveError(f"a `{SEPARATOR}` in its name, which stands for the way into an archive")
    if imitates_part(name):
        raise UnsafeArchiveError(
            "a name that ends as those of a component's core modules do: `#` and a number"
        )


def _members(name: str, data: bytes, budget: Budget) -> Iterator[Member] | None:
    """The members of an archive or of a compressed file, None for what is neither."""
    if data.startswith(zip.MAGIC):
        return zip.members(data, budget)
    if _named(name, _ZIPS):
        raise UnsafeArchiveError("no zip, or one with bytes in front of it")
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
    """The one file that is compressed, under the name that it has without its last suffix."""
    stem, dot, _ = name.rpartition("/")[2].rpartition(".")
    content = stream.read()
    if stream.read(1):
        raise UnsafeArchiveError(f"unpacks to more than {len(content):,} bytes, which a member may have")
    if stream.streams > 1:
        # Programs that read tars join them, but a browser stops behind the first one.
        raise UnsafeArchiveError("several compressed streams, of which some programs read the first one only")
    budget.member(len(content))
    return Member(stem if dot and stem else "contents", content)


def _refuse_closed(name: str, data: bytes) -> None:
    kind = next((kind for magic, kind in _CLOSED.items() if data.startswith(magic)), None)
    named = next((kind for suffix, kind in _CLOSED_NAMES.items() if _named(name, (suffix,))), None)
    kind = "zstd" if _SKIPPED_FRAME.match(data) else kind
    if kind or named:
        raise UnsafeArchiveError(f"it can't be looked into: nogrow does not read {kind or named}")


def _embedded(data: bytes, budget: Budget) -> Iterator[Module]:
    for number, module in enumerate(embedded(data)):
        budget.member(len(module.data))
        budget.keep(len(module.data))
        name = f"{module.encoding}-{number}"
        yield Module((name,), module.data, hashlib.sha256(module.data).hexdigest())


def _recorded(module: Module, record: wheel.Record) -> Module:
    """The module with what the wheel's list says otherwise of it, if it is a file of the wheel."""
    if len(module.members) > 1:
        return module
    return module._replace(problem=record.disagreement(module.members[0], module.sha256))


def _named(name: str, suffixes: tuple[str, ...]) -> bool:
    return name.lower().endswith(suffixes)
