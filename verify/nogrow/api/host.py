"""Find stale views in host code: what `nogrow host` does."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from nogrow.api.inputs import StrPath, paths_of

if TYPE_CHECKING:
    from nogrow.report.model import Report


def host(
    paths: StrPath | Iterable[StrPath],
    *,
    modules: StrPath | Iterable[StrPath] = (),
    strict: bool = False,
    stale_length: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> "Report":
    """Find memory views that host code keeps across calls that may grow the memory, as `nogrow host` does.

    - `paths` are files and folders with host code. Files that import each other are one program.
    - `modules` are the modules that belong to the code: calls of exports that cannot grow keep views valid.
    - `strict` adds views after calls that may not enter a module, `stale_length` views of shared memories
      that growth leaves too short.
    - `progress` is called with the numbers of finished files and of all files.

    Raises `nogrow.Error` for a folder without host code. A file that can't be judged is no error: the report
    says so.

    >>> report = nogrow.host("app.js", modules=["app.wasm"])
    >>> for violation in report.artifacts[0].violations:
    ...     print(violation.rule.id, violation.view.binding, violation.view.at)
    NG012 view 4:10
    """
    named, of_modules = paths_of(paths, "paths"), paths_of(modules, "modules")
    from nogrow.jshost.nearby_scripts import scripts_at
    from nogrow.pipeline.cached_views import inspect

    files = [str(script) for path in named for script in scripts_at(Path(path))]
    return inspect(files, progress, strict=strict, stale_length=stale_length, modules=of_modules)
