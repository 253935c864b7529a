"""Test that archives which unpack to 10 GB and more are refused in little time and memory."""

import os
import struct
import subprocess
import sys
import tarfile
import zlib
from pathlib import Path

import pytest

from nogrow.archives.unpack_limits import UnsafeArchiveError
from tests.support.archives import opened, tar_of, zip_of
from tests.support.program import PRINT_PEAK

MIB = 1 << 20
# A compressed file is read up to 256 MiB, the limit of a member; joining its parts doubles this.
MOST_MEMORY = 640 * MIB
GZIP = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"


def deflated_zeros(mebibytes: int) -> bytes:
    """Return a deflate stream of so many MiB of zeros, repeated from one compressed MiB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    compressed = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return compressed * mebibytes + b"\3\0"


def zip_with(members: int, packed: bytes, size: int) -> bytes:
    """Return a zip whose members all inflate from `packed` and state a size of `size` bytes."""
    local, central = b"", b""
    for number in range(members):
        name = b"%03d.bin" % number
        facts = struct.pack("<HHHHIIIHH", 0, 8, 0, 0, 0, len(packed), size, len(name), 0)
        central += b"PK\1\2\x14\0\x14\0" + facts + struct.pack("<HHHII", 0, 0, 0, 0, len(local)) + name
        local += b"PK\3\4\x14\0" + facts + name + packed
    end = struct.pack("<HHHHIIH", 0, 0, members, members, len(central), len(local), 0)
    return local + central + b"PK\5\6" + end


def gzipped_zeros() -> bytes:
    return GZIP + deflated_zeros(10_000) + bytes(8)


def gzipped_tar_of_zeros() -> bytes:
    info = tarfile.TarInfo("zeros.bin")
    # The octal digits of a header can't express more.
    info.size = 8_000 * MIB
    header = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    start = header.compress(info.tobuf()) + header.flush(zlib.Z_FULL_FLUSH)
    return GZIP + start + deflated_zeros(10_000) + bytes(8)


BOMBS = {
    "large members": ("x.zip", lambda: zip_with(3, deflated_zeros(3_500), 3_500 * MIB), ""),
    "many members": ("x.zip", lambda: zip_with(100, deflated_zeros(100), 100 * MIB), ""),
    "members larger than they state": ("x.zip", lambda: zip_with(3, deflated_zeros(3_500), 1000), "000.bin"),
    "tar": ("x.tgz", gzipped_tar_of_zeros, "zeros.bin"),
    "compressed module": ("x.wasm.gz", gzipped_zeros, ""),
    "nested": ("y.zip", lambda: zip_of({"x.zip": zip_with(3, deflated_zeros(3_500), 3_500 * MIB)}), "x.zip"),
}


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="needs Linux's /proc")
@pytest.mark.parametrize(("name", "make", "member"), BOMBS.values(), ids=BOMBS)
def test_bomb_is_refused_with_one_line(tmp_path: Path, name: str, make: object, member: str) -> None:
    assert callable(make)
    (tmp_path / name).write_bytes(make())
    code = (
        "import sys\n"
        "from nogrow.archives.shipped_files import shipped\n"
        "(file,) = shipped(sys.argv[1])\n"
        "print('!'.join((file.name, *file.refused.members)), file.refused, sep=': ')\n" + PRINT_PEAK
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    result = subprocess.run(
        [sys.executable, "-c", code, name],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    line, memory = result.stdout.splitlines()
    assert line.startswith(f"{name}!{member}" if member else f"{name}: unpacks to ")
    assert int(memory) * 1024 < MOST_MEMORY


def test_bomb_of_headers_is_refused() -> None:
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 8_000 * MIB
    with pytest.raises(UnsafeArchiveError, match=r"8,\d+,\d+,\d+ bytes in an extended header"):
        opened("x.tar", info.tobuf(tarfile.USTAR_FORMAT) + tar_of({}))
