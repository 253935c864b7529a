"""Give changed archives to nogrow and to all other readers, and report what they read differently."""

import random
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import wasmtime

from nogrow.archives.archive import contents
from nogrow.archives.unpack_limits import Budget, Limits, UnsafeArchiveError
from nogrow.wasm.sections import MAGIC
from tools.differ import streams, tar_changes, tars, zip_changes, zips
from tools.differ.readers import STREAM_NAME, Reader, Reading

DISAGREEMENTS = PurePosixPath("build/differ")
SUFFIXES = ("tar", "zip", *streams.TARS, *streams.PACKERS)

_QUIET = '(module (func (export "quiet")) (memory (export "m") 1))'
_GROWING = '(module (func (export "grow") (drop (memory.grow (i32.const 1)))) (memory (export "m") 1))'
_BATCH = 160
# After so many archives the accepted ones are read, even if they do not fill a batch.
_MOST_REFUSED = 2000
# The weights of the kinds: compressed files have few ways to differ.
_WEIGHTS = (8, 8, 2, 1, 1, 1, 1, 1)


class Disagreement(NamedTuple):
    """An archive that nogrow accepts and `reader` reads differently."""

    suffix: str
    reader: str
    data: bytes
    complaint: str


class Pair(NamedTuple):
    """How often nogrow was compared with a reader on a kind of file, and how often the reader refused it."""

    suffix: str
    reader: str
    compared: int
    refused: int
    disagreements: int


class Differed(NamedTuple):
    """The number of archives, how many of them nogrow accepted, and the results for each reader."""

    executions: int
    accepted: int
    pairs: tuple[Pair, ...]
    disagreements: tuple[Disagreement, ...]


def differ(
    readers: Sequence[Reader],
    seed: int,
    *,
    minutes: float = 0,
    executions: int = 0,
    suffixes: Sequence[str] = SUFFIXES,
) -> Differed:
    """Compare nogrow with the readers for `minutes`, or on `executions` archives; `seed` determines them."""
    choose = random.Random(seed)  # noqa: S311
    make = _maker(choose, suffixes)
    until = time.monotonic() + minutes * 60
    counts: dict[tuple[str, str], list[int]] = {}
    disagreements: list[Disagreement] = []
    tried = accepted = 0
    # Archives that were already compared; many changes give the same bytes.
    seen: set[bytes] = set()
    while time.monotonic() < until or tried < executions:
        batch: dict[str, list[tuple[bytes, Mapping[str, bytes]]]] = {}
        begun = tried
        while tried - begun < _MOST_REFUSED and sum(map(len, batch.values())) < _BATCH:
            suffix, data = make()
            tried += 1
            own = None if data in seen else accepted_as(suffix, data)
            if own is not None:
                seen.add(data)
                batch.setdefault(suffix, []).append((data, own))
            if executions and tried >= executions:
                break
        accepted += sum(map(len, batch.values()))
        for suffix, inputs in batch.items():
            disagreements += _compare(readers, suffix, inputs, counts)
    pairs = tuple(Pair(*key, *count) for key, count in sorted(counts.items()))
    return Differed(tried, accepted, pairs, tuple(disagreements))


def accepted_as(suffix: str, data: bytes) -> dict[str, bytes] | None:
    """Return the modules that nogrow finds in the archive itself, by name; None if it refuses the archive."""
    name = f"{STREAM_NAME}.{suffix}" if suffix in streams.PACKERS else f"x.{suffix}"
    try:
        archive = contents(name, data, Budget(Limits(), len(data)))
    except UnsafeArchiveError:
        return None
    return {module.members[0]: module.data for module in archive.modules if len(module.members) == 1}


def complaint(own: Mapping[str, bytes], reading: Reading) -> str | None:
    """Return what a reader reads differently from nogrow, None if there is no difference.

    A reader that refuses an archive in the middle may have written files, so these are compared too.
    """
    files = {_normal(name): data for name, data in reading.files.items() if _is_module(name, data)}
    for name, data in files.items():
        if name not in own:
            return f"it unpacks {name}, and nogrow does not see it"
        if own[name] != data:
            return f"it unpacks {name} with other bytes"
    if reading.succeeded and len(files) < len(own):
        return f"it does not unpack {min(own.keys() - files.keys())}"
    return None


def write(disagreements: Sequence[Disagreement], folder: Path) -> list[Path]:
    """Write the archives into the folder, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number}.{disagreement.suffix}" for number, disagreement in enumerate(disagreements)]
    for path, disagreement in zip(paths, disagreements, strict=True):
        path.write_bytes(disagreement.data)
    return paths


def _maker(choose: random.Random, suffixes: Sequence[str]) -> Callable[[], tuple[str, bytes]]:
    quiet, growing = bytes(wasmtime.wat2wasm(_QUIET)), bytes(wasmtime.wat2wasm(_GROWING))
    tar_seeds, zip_seeds = tars.seeds(quiet, growing), zips.seeds(quiet, growing)
    weights = [_WEIGHTS[SUFFIXES.index(suffix)] for suffix in suffixes]

    def make() -> tuple[str, bytes]:
        (suffix,) = choose.choices(suffixes, weights)
        if suffix == "tar":
            return suffix, tar_changes.changed(choose.choice(tar_seeds), choose)
        if suffix == "zip":
            return suffix, zip_changes.changed(choose.choice(zip_seeds)(), choose)
        if suffix in streams.TARS:
            return suffix, streams.changed_tar(choose.choice(tar_seeds), suffix, choose)
        return suffix, streams.changed(quiet, growing, suffix, choose)

    return make


def _compare(
    readers: Sequence[Reader],
    suffix: str,
    inputs: Sequence[tuple[bytes, Mapping[str, bytes]]],
    counts: dict[tuple[str, str], list[int]],
) -> list[Disagreement]:
    disagreements = []
    with tempfile.TemporaryDirectory(prefix="nogrow-differ-") as folder:
        paths = [Path(folder, f"{number}.{suffix}") for number in range(len(inputs))]
        for path, (data, _) in zip(paths, inputs, strict=True):
            path.write_bytes(data)
        for number, reader in enumerate(readers):
            if suffix not in reader.suffixes:
                continue
            count = counts.setdefault((suffix, reader.name), [0, 0, 0])
            readings = reader.read(paths, Path(folder, f"read-{number}"))
            for (data, own), reading in zip(inputs, readings, strict=True):
                count[0] += 1
                count[1] += not reading.succeeded
                problem = complaint(own, reading)
                if problem is not None:
                    count[2] += 1
                    disagreements.append(Disagreement(suffix, reader.name, data, problem))
    return disagreements


def _is_module(name: str, data: bytes) -> bool:
    return data.startswith(MAGIC) or name.lower().endswith(".wasm")


def _normal(name: str) -> str:
    return "/".join(part for part in name.split("/") if part not in ("", "."))
