"""What was built to nothing again: files are removed if they are still what the build made, and no others."""

import contextlib
import shutil
from pathlib import Path, PurePosixPath

from nogrow.contract.build_plan import MANIFEST
from nogrow.errors import ToolError
from nogrow.machine.process import Progress
from nogrow.project.manifest import is_file_with, read_manifest
from nogrow.project.project import Project


def clean_all(project: Project, progress: Progress) -> None:
    """Remove what the manifest lists and cargo's folders, and say what is kept because it was altered.

    Raises `ToolError` for a manifest that is none, and where something can't be removed.
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
                progress(f"keeping {name}: it is not what was built")
        if (root / output / MANIFEST).is_file():
            (root / output / MANIFEST).unlink()
            removed.append(output / MANIFEST)
        for folder in _cargo_folders(root / project.cargo):
            shutil.rmtree(folder)
            removed.append(PurePosixPath(folder.relative_to(root).as_posix()))
    except OSError as error:
        raise ToolError(f"{error.filename} can't be removed: {error.strerror}") from error
    _remove_empty(root, output, removed)
    progress(f"removed {len(removed)} files and folders")


def _is_below(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def _cargo_folders(folder: Path) -> list[Path]:
    """The folders of cargo's own, which it marks."""
    return [tag.parent for tag in sorted(folder.glob("*/CACHEDIR.TAG")) if b"cargo" in tag.read_bytes()]


def _remove_empty(root: Path, output: PurePosixPath, removed: list[PurePosixPath]) -> None:
    """Removes the folders of what is removed that are empty now, as far as they are in `output`."""
    above = {parent for path in removed for parent in path.parents if parent.is_relative_to(output)}
    for folder in sorted(above, key=lambda one: -len(one.parts)):
        with contextlib.suppress(OSError):
            (root / folder).rmdir()
