"""Read and check `tests/mutation.toml`, which names the tests for each file."""

import tomllib
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from nogrow.errors import ToolError

PLAN = PurePosixPath("tests/mutation.toml")


class Subject(NamedTuple):
    """A file to mutate, as a path from the root, and the pytest arguments for its mutants."""

    path: str
    tests: tuple[str, ...]

    @property
    def is_kernel(self) -> bool:
        """Return whether the file is the text of a kernel."""
        return self.path.endswith(".wat")


def read_plan(root: Path) -> tuple[Subject, ...]:
    """Return the subjects in the plan of the project at `root`; raises `ToolError` for a missing file."""
    plan = tomllib.loads((root / PLAN).read_text("utf-8"))
    subjects = tuple(Subject(path, tuple(tests)) for path, tests in plan["files"].items())
    for subject in subjects:
        for path in (subject.path, *(test.partition("::")[0] for test in subject.tests)):
            if not (root / path).exists():
                raise ToolError(f"{PLAN}: {path} does not exist")
    return subjects


def chosen(subjects: tuple[Subject, ...], module: str | None, *, kernel: bool) -> tuple[Subject, ...]:
    """Return the subjects whose path ends in `module`; without `module`, the kernels or all other files.

    Raises `ToolError` when there are none.
    """
    if module is None:
        return tuple(subject for subject in subjects if subject.is_kernel == kernel)
    matching = tuple(subject for subject in subjects if f"/{subject.path}".endswith(f"/{module}"))
    if not matching:
        raise ToolError(f"no file in {PLAN} ends in {module}")
    return matching
