"""Write copies of modules for tests, which detach wherever the memory may have grown."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from nogrow.api.inputs import BYTES, Bytes, StrPath, host_code_at, module_of, paths_of, texts_of
from nogrow.errors import ModuleError, UsageError

if TYPE_CHECKING:
    from nogrow.rewrite.stress import StressedCopy

_MOST_PAGES = 65_535


def stress(
    module: StrPath | Bytes,
    *,
    entries: str | Iterable[str] = (),
    all: bool = False,
    pages: int | None = None,
    js: StrPath | Iterable[StrPath] = (),
) -> "StressedCopy":
    """Return a copy of a core module in which memory that may have grown always has; nothing is written.

    Wherever control passes to the host after the memory may have grown, the copy detaches its buffer, so host
    code that keeps a view fails at once. The copy is validated and judged.

    - `entries` are globs: only entry points with such a name detach.
    - `all` detaches in every entry point and before every call of an import, whatever the proof says.
    - `pages` lets a memory grow by one page each time instead of 0, that many times at most.
    - `js` are files or folders with JavaScript host code. Without it, host code beside a file is used.

    Raises `nogrow.Error` if the module can't be judged or stressed.

    >>> copy = nogrow.stress("app.wasm")
    >>> copy.detaching, copy.quiet
    (('set_name',), ('get_name',))
    """
    path, data = module_of(module)
    if pages is not None and (not isinstance(pages, int) or not 1 <= pages <= _MOST_PAGES):
        raise UsageError(f"pages: expected a number from 1 to {_MOST_PAGES:,}, not {pages!r}")
    patterns, named = texts_of(entries, "entries"), paths_of(js, "js")
    from nogrow.pipeline.named_host_code import analysed
    from nogrow.pipeline.stress_host_code import host_code_beside, surroundings_of
    from nogrow.rewrite.stress import stressed
    from nogrow.wasm.file import read
    from nogrow.wasm.sections import is_component

    host_code = tuple(map(analysed, host_code_at(named)))
    notes: tuple[str, ...] = ()
    problem = next((script.problem for script in host_code if script.problem is not None), None)
    if problem is not None:
        raise ModuleError(f"{path or BYTES}: {problem}")
    try:
        data = read(path or BYTES) if data is None else data
        if not host_code and path is not None and not is_component(data):
            host_code = host_code_beside(path, data)
            notes = tuple(f"its host code is {script.file}" for script in host_code)
        copy = stressed(
            data,
            entries=patterns,
            every=all,
            pages=pages or 0,
            surroundings=surroundings_of(data, host_code),
        )
    except ModuleError as error:
        raise ModuleError(f"{path or BYTES}: {error}") from error
    return copy._replace(notes=(*notes, *copy.notes))
