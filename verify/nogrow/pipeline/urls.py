"""Find and read files at URLs through fsspec."""

from typing import Any
from urllib.parse import urlsplit

from nogrow.contract.model import ArtifactContract
from nogrow.contract.patterns import is_glob
from nogrow.contract.select import SUFFIX, Target
from nogrow.errors import ModuleError, UsageError
from nogrow.wasm.file import LARGEST

INSTALL = "pip install 'nogrow[cluster]'"
# The stores whose URLs mean the same on every machine; they have folders, unlike `_WEB`.
_STORES = frozenset(
    ("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "hdfs", "webhdfs", "oci", "oss", "r2")
)
_WEB = frozenset(("http", "https"))
_LOOPBACK = ("localhost", "127.", "::1", "0.0.0.0", "::")  # noqa: S104


def is_url(path: str) -> bool:
    """Return whether `path` is a URL, not a path: it has a scheme of several letters, and `://`."""
    scheme, separator, _ = path.partition("://")
    return bool(separator) and len(scheme) > 1 and all(part.isalnum() or part in "+-.:" for part in scheme)


def is_shared(url: str) -> bool:
    """Return whether the URL means the same on every machine, as far as can be told.

    The memory of a process, `localhost` and files inside of other files do not.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if "::" in url.removeprefix(f"{parts.scheme}://{parts.netloc}") or host.startswith(_LOOPBACK):
        return False
    return parts.scheme in _STORES | _WEB


def targets_at(url: str) -> list[Target]:
    """Return the targets at a URL, sorted: a file, or in a store also a folder or a glob.

    Raises `UsageError` for a URL with a password, or one that fsspec cannot open.
    """
    try:
        parts = urlsplit(url)
        if parts.password is not None:
            raise UsageError(f"{parts.scheme}://{parts.hostname}: reports show URLs: no password in them")
        if parts.scheme in _WEB:
            return [Target(url, ArtifactContract())]
        system, path = _fsspec().url_to_fs(url)
        if is_glob(path):
            paths = system.glob(path)
        elif system.isdir(path):
            paths = [file for file in system.find(path) if file.endswith(SUFFIX)]
        else:
            paths = [path] if system.exists(path) else []
    except (OSError, ValueError, ImportError) as error:
        raise UsageError(f"{url}: {_line(error)}") from error
    urls = sorted(system.unstrip_protocol(path) for path in paths)
    return [Target(found, ArtifactContract()) for found in urls] or [
        Target(url, ArtifactContract(), found=False)
    ]


def read_url(url: str) -> bytes:
    """Return the contents of the file at the URL; raises `ModuleError` for what cannot be read."""
    try:
        with _fsspec().open(url, "rb") as file:
            data: bytes = file.read(LARGEST + 1)
    # Each store has errors of its own, which do not have a base class.
    except Exception as error:
        raise ModuleError(f"can't be read: {_line(error)}") from error
    if len(data) > LARGEST:
        raise ModuleError(f"it has more than {LARGEST:,} bytes")
    return data


def _fsspec() -> Any:  # noqa: ANN401
    try:
        import fsspec
    except ImportError as error:
        raise UsageError(f"URLs need fsspec: {INSTALL}") from error
    return fsspec


def _line(error: Exception) -> str:
    """Return the first line of the error's message."""
    return next(iter(str(error).splitlines()), "") or type(error).__name__
