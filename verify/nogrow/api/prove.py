"""Prove what the entry points of one module can do to its memory, without a contract."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn, Self

from nogrow.analysis.assumptions import sentences
from nogrow.analysis.judgement import Entry, Judgement, Memory, Site, Verdict, worst
from nogrow.api.inputs import BYTES, Bytes, StrPath, host_code_at, module_of, paths_of, texts_of
from nogrow.contract.model import ArtifactContract, Imports
from nogrow.contract.select import Target
from nogrow.errors import ModuleError, NothingError, UsageError

if TYPE_CHECKING:
    from nogrow.report.model import ArtifactReport
    from nogrow.wasm.runtime import Engine


@dataclass(frozen=True)
class Proof:
    """What is proved about a module: the verdict of each entry point.

    It is a collection of entry points: iterate over it, or get one by its name.

    - `path` is the path as given, None for bytes. A core module of a component is `FILE#0`, `FILE#1`, ...
    - `sha256` and `size` (in bytes) are those of the file or of the bytes.
    - `validated` says whether wasmtime considers the module valid; it is None if nobody asked, or if the
      module uses a proposal that wasmtime lacks.
    - `notes` are remarks for the user.
    - `modules` are the proofs of the core modules of a component; a core module has none.
    """

    path: str | None
    sha256: str
    size: int
    validated: bool | None
    notes: tuple[str, ...] = ()
    modules: tuple["Proof", ...] = ()
    _judgement: Judgement | None = None

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of any entry point, or of any core module."""
        if self._judgement is not None:
            return self._judgement.verdict
        return worst(module.verdict for module in self.modules)

    @property
    def visible_verdict(self) -> Verdict:
        """The worst verdict on the memories that the host can see: only their growth detaches views."""
        if self._judgement is not None:
            harmful = self._judgement.verdict_table.harmful
            return self._judgement.verdict if harmful is None else harmful
        return worst(module.visible_verdict for module in self.modules)

    @property
    def memories(self) -> tuple[Memory, ...]:
        """The memories, imported ones first; those of all core modules, one module after the other."""
        if self._judgement is not None:
            return self._judgement.memories
        return tuple(memory for module in self.modules for memory in module.memories)

    @property
    def sites(self) -> tuple[Site, ...]:
        """The `memory.grow` instructions, with offsets in bytes of the file."""
        if self._judgement is not None:
            return self._judgement.sites
        return tuple(site for module in self.modules for site in module.sites)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the verdicts depend on, as sentences, the weightiest first."""
        if self._judgement is not None:
            return tuple(sentences(self._judgement.assumptions))
        return tuple(dict.fromkeys(text for module in self.modules for text in module.assumptions))

    def __getitem__(self, name: str) -> Entry:
        """Return the entry point with this name, an export before any other.

        Raises `KeyError`; also where several core modules of a component have such an entry point.
        """
        if self._judgement is not None:
            return self._judgement.entries[self._numbers[name]]
        found = [number for number, module in enumerate(self.modules) if name in module]
        if len(found) > 1:
            numbers = ", ".join(map(str, found))
            raise KeyError(f"{name}: several of `modules` have an entry point of this name: {numbers}")
        if not found:
            raise KeyError(name)
        return self.modules[found[0]][name]

    def __contains__(self, name: object) -> bool:
        if self._judgement is not None:
            return name in self._numbers
        return any(name in module for module in self.modules)

    def __iter__(self) -> Iterator[Entry]:
        if self._judgement is not None:
            return iter(self._judgement.entries)
        return (entry for module in self.modules for entry in module)

    def __len__(self) -> int:
        if self._judgement is not None:
            return len(self._judgement.entries)
        return sum(len(module) for module in self.modules)

    def __bool__(self) -> bool:
        # A module without entry points has a proof all the same.
        return True

    def __hash__(self) -> int:
        return hash((self.path, self.sha256))

    def __repr__(self) -> str:
        return f"<Proof of {self.path or BYTES}: {self.verdict.label}, entry points: {len(self)}>"

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        # The table of names is made again when it is needed.
        values = (self.path, self.sha256, self.size, self.validated, self.notes, self.modules)
        return type(self), (*values, self._judgement)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        """The number of the entry point with each name."""
        # Exports come first, so the name of another entry point does not hide theirs.
        numbers: dict[str, int] = {}
        for number, (_, name) in enumerate(self._judgement.keys if self._judgement is not None else ()):
            numbers.setdefault(name, number)
        return numbers


class Prover:
    """Proves many modules, and prepares only once what that needs.

    Several threads can use it at the same time. Nothing of a module is kept.

    >>> with nogrow.Prover() as prover:
    ...     [prover.prove(path).verdict for path in ("app.wasm", "quiet.wasm")]
    [Verdict.REACHABLE, Verdict.ABSENT]
    """

    def __init__(self) -> None:
        """Begin to compile, in the background."""
        from nogrow.wasm.runtime import SCAN, Engine

        self._engine: Engine | None = Engine()
        self._engine.prepare(SCAN)
        # The imports take time, which passes while the first kernel is compiled.
        from nogrow.analysis.reachability import KERNEL as SEARCH

        self._engine.prepare(SEARCH)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Prover cannot be pickled: make one in each process")

    def close(self) -> None:
        """Free what was prepared; the proofs stay usable."""
        self._engine = None

    def prove(
        self,
        module: StrPath | Bytes,
        *,
        trusted: str | Iterable[str] = (),
        js: StrPath | Iterable[StrPath] = (),
        validate: bool = True,
    ) -> Proof:
        """Return the proof of `module`, as `nogrow.prove` does."""
        if self._engine is None:
            raise UsageError("this Prover is closed")
        return _proof(module, trusted, js, validate=validate, engine=self._engine)


def prove(
    module: StrPath | Bytes,
    *,
    trusted: str | Iterable[str] = (),
    js: StrPath | Iterable[StrPath] = (),
    validate: bool = True,
) -> Proof:
    """Return what is proved about a module: whether each of its entry points can grow the memory.

    - `module` is the path of a module or component, or its bytes.
    - `trusted` are imports, as `module.field` or globs, that neither grow the memory, nor call back into the
      module, nor throw.
    - `js` are files or folders with the JavaScript host code of the module, which shows what imports do.
    - `validate` False leaves out wasmtime's validation.

    Raises `nogrow.Error` if the module can't be judged: if it can't be read or decoded, is not valid, or
    needs host code that `js` does not name.

    >>> proof = nogrow.prove("app.wasm", trusted=["env.log"])
    >>> proof.verdict, proof["get_name"].verdict
    (Verdict.REACHABLE, Verdict.UNREACHABLE)
    >>> [step.function.name for step in proof["set_name"].witness]
    ['set_name', 'format', 'alloc']
    """
    with Prover() as prover:
        return prover.prove(module, trusted=trusted, js=js, validate=validate)


def _proof(
    module: StrPath | Bytes,
    trusted: str | Iterable[str],
    js: StrPath | Iterable[StrPath],
    *,
    validate: bool,
    engine: "Engine",
) -> Proof:
    from nogrow.analysis.proof import judge
    from nogrow.pipeline.all_files import check
    from nogrow.report.summary import why_nothing

    path, data = module_of(module)
    label = BYTES if path is None else path
    clause = ArtifactContract(imports=Imports(trusted=texts_of(trusted, "trusted")))
    glue = host_code_at(paths_of(js, "js"))
    report = check(
        None,
        [Target(label, clause, data=data)],
        judge=judge,
        glue=glue,
        validate=validate,
        engine=engine,
    )
    for artifact in report.artifacts:
        if artifact.refused:
            raise ModuleError(artifact.violations[0].message)
        if artifact.judgement is None:
            raise NothingError(f"{artifact.path}: {why_nothing(artifact)}")
    parts = [_part(artifact, path, artifact.path.removeprefix(label)) for artifact in report.artifacts]
    if report.artifacts[0].path == label:
        return parts[0]
    first = parts[0]
    return Proof(path, first.sha256, first.size, first.validated, modules=tuple(parts))


def _part(artifact: "ArtifactReport", path: str | None, number: str) -> Proof:
    """Return the proof of a core module in the file `path`; in a component, `number` is `#0`, `#1`, ..."""
    return Proof(
        None if path is None else path + number,
        artifact.sha256 or "",
        artifact.size or 0,
        artifact.validated,
        artifact.notes,
        (),
        # A program may keep thousands of proofs.
        None if artifact.judgement is None else artifact.judgement.compact(),
    )
