"""Download the pinned packages whose modules `invoke bench` measures, and check their digests.

The packages are not part of the project. Each one has a folder in `build/corpus/`, beside its archive.
"""

import base64
import hashlib
import shutil
import tarfile
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine
from nogrow.machine.process import Progress, run

CORPUS = PurePosixPath("build/corpus")
_NPM_SECONDS = 600.0


@dataclass(frozen=True)
class Package:
    """A package in the registry; `integrity` is the digest of its archive, as npm writes it."""

    name: str
    version: str
    integrity: str
    suffixes: tuple[str, ...] = (".wasm",)

    @property
    def folder(self) -> str:
        """Return the name of the package's folder in the corpus."""
        return f"{self.name.removeprefix('@').replace('/', '-')}-{self.version}"


PACKAGES = (
    Package(
        "@biomejs/wasm-nodejs",
        "2.5.14",
        "sha512-Iq/p5C8C/vl/cglAWYeSb3HZX9pKJAYQE8hgj3WJd25Ez3AFEiAHZtJMUJ5uKsZzRM9xnQllcOoHMjrPEHxYZg==",
    ),
    Package(
        "@duckdb/duckdb-wasm",
        "1.32.0",
        "sha512-IewXTNYEjsZCPE9weUWgtjGxUlMRo7qhX0GF6tq/KjK8bnY+RAl4cyUdYUfcdzbyb4b9ZxPC+FOsCcxgaKFWMg==",
    ),
    Package(
        "esbuild-wasm",
        "0.28.2",
        "sha512-GccVwhv3mmOUVQHCQm2Ox/rby8n/EqUwvZxE6Pjfikrq/lWw9g9WX/u9EykWnpot3Ko6j426DgQdea2xWKIAQA==",
    ),
    Package(
        "sql.js",
        "1.16.0",
        "sha512-q/JOZuJfmVh8Zf8Eo+cMJvtxAWeWBqTfJ6AQYGXZmcaLGHMwhA2niH3fQYHrBtPeOss1ttzHec07K5+rHaMRMw==",
        # The glue of each module has the module's name, and shows which import grows the memory.
        (".wasm", "sql-wasm.js", "sql-wasm-debug.js", "sql-wasm-browser.js", "sql-wasm-browser-debug.js"),
    ),
    Package(
        "tiktoken",
        "1.0.22",
        "sha512-PKvy1rVF1RibfF3JlXBSP0Jrcw2uq3yXdgcEXtKTYn3QJ/cBRBHDnrJ5jHky+MENZ6DIPwNUGWpkVx+7joCpNA==",
    ),
    Package(
        "lz4-wasm-nodejs",
        "0.9.2",
        "sha512-hSwgJPS98q/Oe/89Y1OxzeA/UdnASG8GvldRyKa7aZyoAFCC8VPRtViBSava7wWC66WocjUwBpWau2rEmyFPsw==",
    ),
)


def fetch_all(
    root: Path, progress: Progress, machine: Machine, packages: Iterable[Package] = PACKAGES
) -> tuple[Path, ...]:
    """Return the modules of all packages, in `build/corpus/` of the project at `root`.

    Downloads archives that are missing or altered. Raises `ToolError` without npm or the network, and for an
    archive that is not the pinned one.
    """
    corpus = root / CORPUS
    return tuple(path for package in packages for path in fetch(package, corpus, progress, machine))


def fetch(package: Package, corpus: Path, progress: Progress, machine: Machine) -> tuple[Path, ...]:
    """Return the modules of one package; see `fetch_all`."""
    return modules_in(fetch_files(package, corpus, progress, machine))


def fetch_files(package: Package, corpus: Path, progress: Progress, machine: Machine) -> Path:
    """Return the folder with the wanted files of one package; see `fetch_all`."""
    archive, folder = corpus / f"{package.folder}.tgz", corpus / package.folder
    if not archive.is_file() or integrity_of(archive) != package.integrity:
        progress(f"downloading {package.name}@{package.version}")
        if folder.is_dir():
            shutil.rmtree(folder)
        _download(package, archive, machine)
    if not folder.is_dir():
        _unpack(package, archive, folder)
    return folder


def modules_in(folder: Path) -> tuple[Path, ...]:
    """Return every module below `folder`, sorted by path; none if the folder does not exist."""
    return tuple(sorted(folder.rglob("*.wasm")))


def integrity_of(archive: Path) -> str:
    """Return the digest of a file as npm writes it: `sha512-` and base64."""
    with archive.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha512").digest()
    return f"sha512-{base64.b64encode(digest).decode()}"


def _download(package: Package, archive: Path, machine: Machine) -> None:
    npm = machine.on_path("npm")
    if npm is None:
        raise ToolError(
            "npm is not on the PATH; the bench needs it to download its corpus, and Node contains it"
        )
    wanted = f"{package.name}@{package.version}"
    archive.parent.mkdir(parents=True, exist_ok=True)
    # In a folder of its own, no other package's settings apply; beside the archive, so that it can be moved.
    with tempfile.TemporaryDirectory(prefix=".download-", dir=archive.parent) as name:
        command = (str(npm), "pack", wanted, "--ignore-scripts", "--loglevel=error")
        done = run(command, seconds=_NPM_SECONDS, folder=Path(name), environ=machine.environ)
        if done.exit_code != 0:
            raise ToolError(
                f"{wanted} cannot be downloaded; the bench needs the network once: {done.complaint}"
            )
        archives = list(Path(name).glob("*.tgz"))
        if len(archives) != 1:
            raise ToolError(f"npm pack {wanted} left {len(archives)} archives instead of one")
        digest = integrity_of(archives[0])
        if digest != package.integrity:
            raise ToolError(f"{wanted} is not the pinned one: {digest} instead of {package.integrity}")
        archives[0].replace(archive)


def _unpack(package: Package, archive: Path, folder: Path) -> None:
    # The folder is moved to its place when it is complete, so nobody sees half of it.
    with tempfile.TemporaryDirectory(prefix=".unpack-", dir=folder.parent) as name:
        part = Path(name, "package")
        try:
            with tarfile.open(archive, "r:gz") as tar:
                for item in tar:
                    if item.isfile() and _is_wanted(package, item.name):
                        _write(tar, item, part)
        except (tarfile.TarError, OSError, EOFError) as error:
            raise ToolError(f"{archive} cannot be unpacked: {error}") from error
        if not part.is_dir():
            raise ToolError(f"{archive} contains no module, and no other file that the bench needs")
        part.replace(folder)


def _write(tar: tarfile.TarFile, item: tarfile.TarInfo, folder: Path) -> None:
    """Write a file of the archive below `folder`; Python 3.11.2 has no extraction filters yet."""
    target = folder.joinpath(item.name)
    contents = tar.extractfile(item)
    if contents is None or ".." in target.parts or not target.is_relative_to(folder):
        raise tarfile.TarError(f"{item.name!r} would land outside the folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(contents.read())


def _is_wanted(package: Package, name: str) -> bool:
    last = PurePosixPath(name).name
    return any(
        last.endswith(suffix) if suffix.startswith(".") else last == suffix for suffix in package.suffixes
    )
