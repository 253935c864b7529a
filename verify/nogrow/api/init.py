"""Draft a contract for the modules of a project: what `nogrow init` does, but for the file."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from nogrow.api.inputs import StrPath, path_of, paths_of
from nogrow.init.discover import Found, discover
from nogrow.init.draft import draft
from nogrow.init.host_code import host_code_of
from nogrow.init.infer_clauses import Clause, LeftOut, parts
from nogrow.init.sources import buildable
from nogrow.report.model import Report


class Draft(NamedTuple):
    """The text of a contract that the modules keep today, and what it is made from.

    `parts` are the clauses, and the modules without one. `left_out` says which host code is not named.
    """

    text: str
    parts: tuple[Clause | LeftOut, ...]
    found: Found
    report: Report
    left_out: tuple[str, ...]


def init(
    paths: StrPath | Iterable[StrPath] = (),
    *,
    folder: StrPath = ".",
    progress: Callable[[int, int], None] | None = None,
) -> Draft:
    """Return a contract, to be written to `folder`, for the modules in the files and folders at `paths`.

    Without paths, the modules in the working folder are found. Raises `Error` for a path that does not exist.
    """
    selected, place = paths_of(paths, "paths"), Path(path_of(folder, "folder"))
    from nogrow.analysis.proof import judge
    from nogrow.contract.model import ViewRules
    from nogrow.contract.select import targets
    from nogrow.pipeline.all_files import check
    from nogrow.util.background import cores

    found = discover(selected or (".",))
    chosen = targets(None, found.modules)
    host = host_code_of(chosen, found.scripts)
    report = check(None, chosen, judge=judge, own_glue=host.files, jobs=cores(), digest=False, watch=progress)
    if host.files:
        from nogrow.pipeline.cached_views import with_views

        report = with_views(report, chosen, host.files, ViewRules())
    used = {path: tuple(file.file for file in glue) for path, glue in host.files.items()}
    clauses = tuple(parts([target.path for target in chosen], report, place, used))
    text = draft(clauses, buildable(found, place))
    return Draft(text, clauses, found, report, host.left_out)
