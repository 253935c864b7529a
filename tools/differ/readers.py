"""Read archives with Python's own modules and with other programs that are on the PATH."""

import bz2
import gzip
import io
import lzma
import os
import shutil
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from nogrow.errors import ToolError
from nogrow.machine.process import run

_SECONDS = 300
_TARS = ("tar", "tgz", "tbz2", "txz")
_BAD = (
    *(tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, ValueError),
    *(NotImplementedError, RuntimeError, RecursionError, OverflowError, IndexError, KeyError),
)
STREAM_NAME = "x.wasm"
"""The name of the single file in a compressed file."""


class Reading(NamedTuple):
    """The files that a reader unpacked, by name, and whether it reported no error."""

    files: Mapping[str, bytes]
    succeeded: bool


class Reader(NamedTuple):
    """A program or library, the suffixes that it reads, and a function that reads several files at once."""

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[Sequence[Path], Path], list[Reading]]


class Readers(NamedTuple):
    """The available readers, and the names of the missing ones."""

    there: tuple[Reader, ...]
    absent: tuple[str, ...]


def python_readers() -> tuple[Reader, ...]:
    """Return the readers of Python's standard library, which need no other process."""
    streams: tuple[tuple[str, str, Callable[[bytes], bytes]], ...] = (
        ("gzip", "gz", gzip.decompress),
        ("bz2", "bz2", bz2.decompress),
        ("lzma", "xz", lzma.decompress),
        ("GzipFile", "gz", lambda data: _read(gzip.GzipFile(fileobj=io.BytesIO(data)))),
        ("BZ2File", "bz2", lambda data: _read(bz2.BZ2File(io.BytesIO(data)))),
        ("LZMAFile", "xz", lambda data: _read(lzma.LZMAFile(io.BytesIO(data)))),  # noqa: SIM115
    )
    return (
        Reader("Python's tarfile", _TARS, lambda paths, _: [_in_python(path, _tar) for path in paths]),
        Reader("Python's zipfile", ("zip",), lambda paths, _: [_in_python(path, _zip) for path in paths]),
        *(Reader(f"Python's {name}", (suffix,), _of_stream(unpack)) for name, suffix, unpack in streams),
    )


def find_readers() -> Readers:
    """Return the readers that this machine has."""
    available, missing = [*python_readers()], []
    programs: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
        ("tar", "GNU tar", _TARS, 'tar -xf "$1" -C "$2" --no-same-owner'),
        ("bsdtar", "bsdtar", (*_TARS, "zip"), 'bsdtar -xf "$1" -C "$2"'),
        ("unzip", "unzip", ("zip",), 'unzip -qq -o "$1" -d "$2"'),
        ("busybox", "busybox tar", _TARS, 'busybox tar -xf "$1" -C "$2"'),
        ("busybox", "busybox unzip", ("zip",), 'busybox unzip -qo "$1" -d "$2"'),
        ("7z", "7z", (*_TARS, "zip"), '7z x -y -bd -o"$2" "$1"'),
        ("gzip", "gzip", ("gz",), f'gzip -dc <"$1" >"$2/{STREAM_NAME}"'),
        ("bzip2", "bzip2", ("bz2",), f'bzip2 -dc <"$1" >"$2/{STREAM_NAME}"'),
        ("xz", "xz", ("xz",), f'xz -dc <"$1" >"$2/{STREAM_NAME}"'),
    )
    for program, name, suffixes, line in programs:
        if shutil.which(program):
            available.append(Reader(name, suffixes, _of_program(line)))
        else:
            missing.append(name)
    if find_spec("pip"):
        available.append(Reader("pip", (*_TARS, "zip"), _of_script([sys.executable, "-c", _PIP])))
    else:
        missing.append("pip")
    package = _npm_tar()
    if package is not None:
        available.append(Reader("npm's tar", ("tar", "tgz"), _of_script(["node", "-e", _NPM, package])))
        available.append(Reader("Node's zlib", ("gz",), _of_script(["node", "-e", _ZLIB, STREAM_NAME])))
    else:
        missing += ["npm's tar", "Node's zlib"]
    return Readers(tuple(available), tuple(missing))


def _read(stream: gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile) -> bytes:
    with stream:
        return stream.read()


def _tar(data: bytes) -> dict[str, bytes]:
    files = {}
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for info in archive:
            stream = archive.extractfile(info) if not info.isdir() else None
            if stream is not None:
                files[info.name] = stream.read()
    return files


def _zip(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}


def _of_stream(unpack: Callable[[bytes], bytes]) -> Callable[[Sequence[Path], Path], list[Reading]]:
    def read(paths: Sequence[Path], _: Path) -> list[Reading]:
        return [_in_python(path, lambda data: {STREAM_NAME: unpack(data)}) for path in paths]

    return read


def _in_python(path: Path, unpack: Callable[[bytes], dict[str, bytes]]) -> Reading:
    try:
        return Reading(unpack(path.read_bytes()), succeeded=True)
    except _BAD:
        return Reading({}, succeeded=False)


# The script unpacks each named file into the folder after it, and prints the exit codes.
_LOOP = """
while [ $# -gt 0 ]; do
  mkdir -p "$2"
  ({line}) >/dev/null 2>&1
  echo $?
  shift 2
done
"""

# Only pip leaves out a folder that contains all members; the script puts it back.
_PIP = """
import sys, tarfile
from pathlib import Path
from pip._internal.utils.unpacking import has_leading_dir, split_leading_dir, untar_file, unzip_file
for path, folder in zip(sys.argv[1::2], sys.argv[2::2]):
    try:
        Path(folder).mkdir(parents=True)
        if path.endswith(".zip"):
            unzip_file(path, folder, flatten=False)
        else:
            with tarfile.open(path, encoding="utf-8") as archive:
                names = [member.name for member in archive]
            leading = split_leading_dir(names[0])[0] if has_leading_dir(names) else ""
            untar_file(path, str(Path(folder, leading)))
        print(0)
    except BaseException:
        print(1)
"""

_NPM = """
const tar = require(process.argv[1]);
const { mkdirSync } = require('node:fs');
for (let i = 2; i < process.argv.length; i += 2) {
  let code = 0;
  try {
    mkdirSync(process.argv[i + 1], { recursive: true });
    tar.x({ file: process.argv[i], cwd: process.argv[i + 1], sync: true, onwarn: () => { code = 1; } });
  } catch { code = 1; }
  console.log(code);
}
"""

_ZLIB = """
const { readFileSync, writeFileSync, mkdirSync } = require('node:fs');
for (let i = 2; i < process.argv.length; i += 2) {
  try {
    mkdirSync(process.argv[i + 1], { recursive: true });
    const data = require('node:zlib').gunzipSync(readFileSync(process.argv[i]));
    writeFileSync(process.argv[i + 1] + '/' + process.argv[1], data);
    console.log(0);
  } catch { console.log(1); }
}
"""


def _npm_tar() -> str | None:
    """Return the folder of the package tar inside npm, None without npm."""
    if not shutil.which("npm") or not shutil.which("node"):
        return None
    try:
        root = run(["npm", "root", "-g"], seconds=60).stdout.strip()
    except ToolError:
        return None
    package = Path(root, "npm", "node_modules", "tar")
    return str(package) if root and package.is_dir() else None


def _of_program(line: str) -> Callable[[Sequence[Path], Path], list[Reading]]:
    return _of_script(["sh", "-c", _LOOP.replace("{line}", line), "sh"])


def _of_script(command: Sequence[str]) -> Callable[[Sequence[Path], Path], list[Reading]]:
    """Return a reader that starts `command` once, with each file and the folder to unpack it to."""

    def read(paths: Sequence[Path], scratch: Path) -> list[Reading]:
        folders = [scratch / str(number) for number in range(len(paths))]
        words = [str(word) for pair in zip(paths, folders, strict=True) for word in pair]
        environ = {**os.environ, "LC_ALL": "C.UTF-8"}
        done = run([*command, *words], seconds=_SECONDS, environ=environ)
        codes = done.stdout.split()
        if len(codes) != len(paths):
            raise ToolError(
                f"{command[0]} ended after {len(codes)} of {len(paths)} archives: {done.complaint}"
            )
        return [Reading(_files(folder), code == "0") for folder, code in zip(folders, codes, strict=True)]

    return read


def _make_readable(path: Path, mode: int) -> None:
    """Let its owner read what an archive unpacked for nobody; a link may lead elsewhere and is left alone."""
    if not path.is_symlink():
        path.chmod(mode)


def _files(folder: Path) -> dict[str, bytes]:
    files = {}
    for place, folders, names in os.walk(folder):
        for name in folders:
            _make_readable(Path(place, name), 0o700)
        for name in names:
            path = Path(place, name)
            if path.is_file():
                _make_readable(path, 0o600)
                files[path.relative_to(folder).as_posix()] = path.read_bytes()
    return files
