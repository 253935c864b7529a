"""This module finds the host code of modules: the scripts that load a module by name, and their importers."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import NamedTuple

from nogrow.contract.select import Target
from nogrow.errors import ModuleError, UsageError
from nogrow.jshost.imports import LARGEST
from nogrow.jshost.model import Glue
from nogrow.jshost.modules import resolve
from nogrow.jshost.nearby_scripts import MOST_BYTES
from nogrow.jshost.parse import JAVASCRIPT, parse
from nogrow.pipeline.host_code import beside, why_foreign
from nogrow.pipeline.named_host_code import analysed, cannot_grow, text_at
from nogrow.util.paths import absolute, normal
from nogrow.wasm.decode import decode
from nogrow.wasm.file import read
from nogrow.wasm.model import Kind, Module
from nogrow.wasm.sections import is_component

# A contract that lists more scripts by name would be unreadable.
MOST_FILES = 50
_IMPORTED = re.compile(rb"""\b(?:from|import|import\s*\(|require\s*\()\s*["'](\.{1,2}/[^"'\n]+)["']""")


class HostCode(NamedTuple):
    """The host code of each module, by the module's path, and why other scripts are left out."""

    files: Mapping[str, tuple[Glue, ...]]
    left_out: tuple[str, ...] = ()


def host_code_of(targets: Sequence[Target], scripts: Sequence[str]) -> HostCode:
    """Return the host code of the targets, from among `scripts` and from the folders of the modules.

    It is what serves the imports of a module, what names the module's file, and what imports one of these. A
    script that can't be analysed is left out, and so are those that belong to another build of the module.
    """
    return _Search(targets, scripts).host_code()


class _Search:
    def __init__(self, targets: Sequence[Target], scripts: Sequence[str]) -> None:
        self._targets = targets
        self._beside = beside(targets)
        self._texts = {script: text for script in scripts if (text := _text(script))}
        self._importers = self._importers_of()
        self._read = {normal(file.file): file for glue in self._beside.values() for file in glue}
        self._left_out: dict[str, None] = {}

    def host_code(self) -> HostCode:
        try:
            parse(b"", JAVASCRIPT[0])
        except UsageError as error:
            # Without a parser, the contract would name files that `nogrow check` can't read.
            return HostCode({}, (f"no `js`: {error}",) if self._texts else ())
        files = {target.path: self._of(target) for target in self._targets if target.problem is None}
        return HostCode({path: glue for path, glue in files.items() if glue}, tuple(self._left_out))

    def _of(self, target: Target) -> tuple[Glue, ...]:
        glue = self._beside.get(target.path, ())
        module = _module(target.path)
        if module is None or cannot_grow(module):
            return ()
        loading = [normal(file.file) for file in glue] + self._loading(target.path)
        importing = [script for file in loading for script in self._importers.get(file, ())]
        every = list(dict.fromkeys((*loading, *importing)))
        if len(every) > MOST_FILES:
            self._leave_out(f"{target.path}: {len(every)} scripts load it; add them to `js` as a glob")
            every = every[:MOST_FILES]
        files = [file for script in every if (file := self._analyse(script, module)) is not None]
        reason = why_foreign(module, files, target.trusts, "name the others in `js`") if files else None
        if reason is None:
            return tuple(sorted(files, key=lambda file: file.file))
        self._leave_out(f"no `js` for {target.path}: {reason}" if not glue else f"left out of `js`: {reason}")
        return glue

    def _analyse(self, script: str, module: Module) -> Glue | None:
        """Return the script, analysed if the verdicts of the module depend on it."""
        file = self._read.get(script) or text_at(Path(script))
        if len(file.source) > MOST_BYTES:
            self._leave_out(
                f"left out of `js`: {script} has more than {MOST_BYTES >> 20} MiB; name it if need be"
            )
            return None
        if module.imported(Kind.FUNCTION):
            file = analysed(file)
        self._read[script] = file
        if file.problem is not None:
            self._leave_out(f"left out of `js`: {file.problem}")
            return None
        return file

    def _leave_out(self, reason: str) -> None:
        self._left_out[reason] = None

    def _loading(self, path: str) -> list[str]:
        """Return the scripts that name the module's file, and no module of that name which is nearer.

        What wasm-bindgen writes beside the module may compose the name.
        """
        name = PurePath(path).name
        same = [target.path for target in self._targets if PurePath(target.path).name == name]
        written = normal(path).removesuffix("_bg.wasm") + ".js"
        named = [script for script, text in self._texts.items() if name.encode() in text or script == written]
        return [
            script
            for script in named
            if _shared(script, path) == max(_shared(script, other) for other in same)
        ]

    def _importers_of(self) -> dict[str, list[str]]:
        """Return the scripts that import each script."""
        names = list(self._texts)
        known = {absolute(name): number for number, name in enumerate(names)}
        importers: dict[str, list[str]] = {}
        for script, text in self._texts.items():
            for specifier in set(_IMPORTED.findall(text)):
                target = resolve(script, specifier.decode(errors="replace"), known)
                if target is not None and names[target] != script:
                    importers.setdefault(names[target], []).append(script)
        return importers


def _module(path: str) -> Module | None:
    """Return the module at `path`; None for a component and for what can't be read."""
    try:
        data = read(path)
        return None if is_component(data) else decode(data)
    except ModuleError:
        # The error is reported when the module is judged.
        return None


def _text(script: str) -> bytes | None:
    try:
        return read(script, LARGEST)
    except ModuleError:
        return None


def _shared(first: str, second: str) -> int:
    """Return how many folders the paths have in common."""
    folders = zip(Path(first).absolute().parents[::-1], Path(second).absolute().parents[::-1], strict=False)
    return sum(one == other for one, other in folders)
