"""Build archives."""

import base64
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Mapping

from nogrow.archives.archive import Contents, contents
from nogrow.archives.unpack_limits import Budget, Limits


def zip_of(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip with the files, the same bytes each time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            archive.writestr(info, data)
    return buffer.getvalue()


def tar_of(files: Mapping[str, bytes], *links: tarfile.TarInfo, mode: str = "w") -> bytes:
    """Return a tar with the files, followed by empty members such as links."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for info in links:
            archive.addfile(info)
    return buffer.getvalue()


def link(name: str, to: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    """Return the header of a link in a tar."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, to
    return info


def wheel_of(files: Mapping[str, bytes]) -> bytes:
    """Return a wheel with the files, and a RECORD that lists them."""
    metadata = {
        "pkg-1.dist-info/METADATA": b"Metadata-Version: 2.1\nName: pkg\nVersion: 1\n",
        "pkg-1.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    listed = {**files, **metadata}
    rows = [f"{name},sha256={record_digest(data)},{len(data)}\n" for name, data in listed.items()]
    record = "".join([*rows, "pkg-1.dist-info/RECORD,,\n"])
    return zip_of({**listed, "pkg-1.dist-info/RECORD": record.encode()})


def record_digest(data: bytes) -> str:
    """Return the digest in the form of a RECORD."""
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def opened(name: str, data: bytes, limits: Limits | None = None) -> Contents:
    """Return the contents of the file; raise `UnsafeArchiveError`."""
    limits = limits or Limits()
    return contents(name, data, Budget(limits, len(data)))


def modules_in(name: str, data: bytes) -> list[str]:
    """Return the members that are modules."""
    return ["!".join(module.members) for module in opened(name, data).modules]
