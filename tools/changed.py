"""Find the tests that mirror the files that differ from the last commit."""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from nogrow.machine.process import run

_SECONDS = 30.0


def changed_files(root: Path) -> tuple[str, ...]:
    """Return the paths from `root` of files that differ from the last commit, without those that git ignores.

    Raises `ToolError` if git is missing, or `root` is in no repository.
    """
    tracked = ("git", "diff", "--name-only", "-z", "--relative", "HEAD")
    untracked = ("git", "ls-files", "--others", "--exclude-standard", "-z")
    lists = [run(words, seconds=_SECONDS, folder=root).checked().stdout for words in (tracked, untracked)]
    return tuple(sorted({path for text in lists for path in text.split("\0") if path}))


def mirrors_of(root: Path, changed: Iterable[str]) -> tuple[str, ...]:
    """Return the tests that mirror the changed files: files and folders, none of them in another one.

    For `verify/nogrow/PACKAGE/x.py`, this is `tests/PACKAGE/test_x.py`, or all of `tests/PACKAGE/`. Tools
    have theirs in `tests/tools/`. What tests share has the tests in its folder. Other files have none.
    """
    tests = {test for path in changed if (test := _test_of(root, PurePosixPath(path))) is not None}
    return tuple(str(test) for test in sorted(tests) if tests.isdisjoint(test.parents))


def _test_of(root: Path, path: PurePosixPath) -> PurePosixPath | None:
    match path.parts:
        case ("tests", *_, name):
            folder, mirror = path.parent, name
        case ("verify", "nogrow", *packages, _):
            folder, mirror = PurePosixPath("tests", *packages), f"test_{path.stem}.py"
        case ("tools", *_):
            folder, mirror = PurePosixPath("tests/tools"), f"test_{path.stem}.py"
        case _:
            return None
    if mirror.startswith("test_") and (root / folder / mirror).is_file():
        return folder / mirror
    # The last parents are the folder of all tests and the root: they would be no selection.
    folders = (folder, *folder.parents)[:-2]
    return next((each for each in folders if any((root / each).glob("test_*.py"))), None)
