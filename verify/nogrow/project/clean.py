"""This module removes built files that are still as the build made them, and no others."""

import contextlib
import shutil
from pathlib import Path, PurePosixPath

from nogrow.contract.build_plan import MANIFEST
from nogrow.errors import ToolError
from nogrow.machine.process import Progress
from nogrow.project.manifest import is_file_with, read_manifest
from nogrow.project.project import Project


def clean_all(project: Project, progress: Progress) -> None:
    """Remove cargo's folders and the files in the manifest, and announce the altered files that are kept.

    Raises `ToolError` if the manifest cannot be read or a file cannot be removed.
    """
    root, output = project.root, project.plan.output
    manifest = read_manifest(root, output)
    written = {entry.path: entry.sha256 for entry in manifest.entries} | dict(manifest.others)
    removed = []
    try:
        for name, sha256 in sorted(written.items()):
            path = root / name
            if not _is_below(name):
                progress(f"keeping {name}: it is not in this project")
            elif is_file_with(path, sha256):
                path.unlink()
                removed.append(PurePosixPath(name))
            elif path.exists():
                progress(f"keeping {name}: it was altered since it was built")
        if (root / output / MANIFEST).is_file():
            (root / output / MANIFEST).unlink()
            removed.append(output / MANIFEST)
        for folder in _cargo_folders(root / project.cargo):
            shutil.rmtree(folder)
            removed.append(PurePosixPath(folder.relative_to(root).as_posix()))
    except OSError as error:
        raise ToolError(f"{error.filename} cannot be removed: {error.strerror}") from error
    _remove_empty(root, output, removed)
    progress(f"removed {len(removed)} files and folders")


def _is_below(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def _cargo_folders(folder: Path) -> list[Path]:
    """Return the folders below `folder` that cargo marked as its own."""
    return [tag.parent for tag in sorted(folder.glob("*/CACHEDIR.TAG")) if b"cargo" in tag.read_bytes()]


def _remove_empty(root: Path, output: PurePosixPath, removed: list[PurePosixPath]) -> None:
    """Remove the folders in `output` that are empty now that the files in `removed` are gone."""
    above = {parent for path in removed for parent in path.parents if parent.is_relative_to(output)}
    for folder in sorted(above, key=lambda path: -len(path.parts)):
        with contextlib.suppress(OSError):
            (root / folder).rmdir()
