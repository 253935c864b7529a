"""Find the files that the names of npm packages mean: `package.json` with `exports`, `imports` and `main`."""

import json
import posixpath
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

_LARGEST = 1 << 20
_ENTRIES = ("module", "browser", "main")
_CONDITIONS = ("import", "module", "browser", "node", "require", "default")


class _Package(NamedTuple):
    folder: str
    fields: dict[str, object]


class Packages:
    """The packages that files belong to: for each file, that of the nearest folder with a `package.json`."""

    def __init__(self, paths: Iterable[str]) -> None:
        """Read the `package.json` of each file; one that is missing or is no JSON counts as none."""
        self._of_folder: dict[str, _Package | None] = {}
        self._by_name: dict[str, _Package] = {}
        for path in paths:
            package = self._around(posixpath.dirname(path))
            name = None if package is None else package.fields.get("name")
            if package is not None and isinstance(name, str):
                self._by_name.setdefault(name, package)

    def files(self, path: str, specifier: str) -> Iterator[str]:
        """Yield the files that the file at `path` may mean by the specifier, the most likely first."""
        if specifier.startswith("#"):
            package = self._around(posixpath.dirname(path))
            if package is not None:
                yield from _targets(package, package.fields.get("imports"), specifier)
            return
        parts = specifier.split("/")
        name = "/".join(parts[: 2 if specifier.startswith("@") else 1])
        package = self._by_name.get(name)
        if package is None:
            return
        below = specifier[len(name) :]
        if "exports" in package.fields:
            yield from _targets(package, package.fields["exports"], f".{below}")
        elif below:
            yield _in(package, below[1:])
        else:
            entries = (package.fields.get(entry) for entry in _ENTRIES)
            yield from (_in(package, entry) for entry in entries if isinstance(entry, str))
            yield package.folder or "."

    def _around(self, folder: str) -> _Package | None:
        if folder not in self._of_folder:
            fields = _read(Path(folder, "package.json"))
            above = posixpath.dirname(folder)
            if fields is not None:
                self._of_folder[folder] = _Package(folder, fields)
            else:
                self._of_folder[folder] = self._around(above) if above != folder else None
        return self._of_folder[folder]


def _read(path: Path) -> dict[str, object] | None:
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return None
        fields = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return fields if isinstance(fields, dict) else None


def _in(package: _Package, path: str) -> str:
    return posixpath.normpath(posixpath.join(package.folder, path))


def _targets(package: _Package, listed: object, key: str) -> Iterator[str]:
    """Yield the files that `exports` or `imports` list for the key."""
    if not isinstance(listed, dict) or not any(name.startswith((".", "#")) for name in listed):
        # `exports` may be what it would list for the package itself.
        listed = {".": listed} if key == "." else {}
    yield from _files(package, listed.get(key), "")
    patterns = sorted((name for name in listed if "*" in name), key=lambda name: -name.index("*"))
    for pattern in patterns:
        start, _, end = pattern.partition("*")
        if key.startswith(start) and key.endswith(end) and len(key) >= len(pattern):
            yield from _files(package, listed[pattern], key[len(start) : len(key) - len(end)])
            return


def _files(package: _Package, target: object, star: str) -> Iterator[str]:
    if isinstance(target, str) and target.startswith("./"):
        yield _in(package, target.replace("*", star))
    elif isinstance(target, list):
        for each in target:
            yield from _files(package, each, star)
    elif isinstance(target, dict):
        for condition in _CONDITIONS:
            yield from _files(package, target.get(condition), star)
