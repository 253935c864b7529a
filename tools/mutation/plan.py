"""Which tests hold which file: `tests/mutation.toml`, read and checked."""

import tomllib
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from nogrow.errors import ToolError

PLAN = PurePosixPath("tests/mutation.toml")


class Subject(NamedTuple):
    """A file to mutate, as a path from the root, and the arguments of pytest that try its mutants."""

    path: str
    tests: tuple[str, ...]

    @property
    def is_kernel(self) -> bool:
        """Whether it is the text of a kernel."""
        return self.path.endswith(".wat")


def read_plan(root: Path) -> tuple[Subject, ...]:
    """The subjects in the plan of the project at `root`; raises `ToolError` for what is not there."""
    plan = tomllib.loads((root / PLAN).read_text("utf-8"))
    subjects = tuple(Subject(path, tuple(tests)) for path, tests in plan["files"].items())
    for subject in subjects:
        for path in (subject.path, *(test.partition("::")[0] for test in subject.tests)):
            if not (root / path).exists():
                raise ToolError(f"{PLAN}: there is no {path}")
    return subjects


def chosen(subjects: tuple[Subject, ...], module: str | None, *, kernel: bool) -> tuple[Subject, ...]:
    """The subjects whose path ends in `module`; without one the kernels if `kernel` is set, else the others.

    Raises `ToolError` when there is none.
    """
    if module is None:
        return tuple(one for one in subjects if one.is_kernel == kernel)
    found = tuple(one for one in subjects if f"/{one.path}".endswith(f"/{module}"))
    if not found:
        raise ToolError(f"no file in {PLAN} ends in {module}")
    return found
