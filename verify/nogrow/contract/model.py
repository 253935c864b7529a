"""This module defines the content of a contract as plain data, which `load.py` makes."""

from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from nogrow.analysis.emscripten_abi import is_known_by_name
from nogrow.analysis.judgement import Conditions, Verdict

if TYPE_CHECKING:
    from nogrow.rewrite.rewrite import Mode

DEFAULT_ALLOW = (Verdict.ABSENT, Verdict.UNREACHABLE)
# The verdicts by the labels that contracts, locks and statements use.
VERDICTS = {verdict.label: verdict for verdict in Verdict}


class Allowance(NamedTuple):
    """The verdicts allowed to the entry points that `pattern` names (exact name or glob)."""

    pattern: str
    allow: tuple[Verdict, ...]


class Expectation(NamedTuple):
    """The one verdict that the entry points must have that `pattern` names (exact name or glob)."""

    pattern: str
    verdict: Verdict


class MemoryLimits(NamedTuple):
    """Bounds on a memory's declared limits, in the module's own pages; None means no bound."""

    min_pages: int | None = None
    max_pages: int | None = None


class Imports(NamedTuple):
    """The assumptions about imported functions; `trusted` are exact names or globs on `module.field`.

    With `denied`, no entry point may reach an import that is not trusted.
    """

    denied: bool = False
    trusted: tuple[str, ...] = ()

    def trusts(self, name: str) -> bool:
        """Return whether the import `name` (`module.field`) is trusted not to grow, call back or throw.

        An import that is known to grow the memory or to call back is trusted only by its exact name.
        """
        if name in self.trusted:
            return True
        return not is_known_by_name(name) and any(fnmatchcase(name, pattern) for pattern in self.trusted)


class Saved(NamedTuple):
    """A value that an earlier `call` saved under `name`, written `$name` in the contract."""

    name: str


Address = int | Saved
Number = int | float
Value = int | float | Saved


class Call(NamedTuple):
    """Call the exported function `export`, `repeat` times, with the same expectations each time.

    `expect` is the value that the call must return, a tuple for several values. Without `may_grow`, growth is
    a failure; with `must_grow`, the lack of it is one. `expect_trap` is a text that the trap's message must
    contain, the empty text for any trap; None means that the call must return.
    """

    export: str
    args: tuple[Value, ...] = ()
    save: str | None = None
    expect: Value | tuple[Value, ...] | None = None
    may_grow: bool = True
    must_grow: bool = False
    expect_trap: str | None = None
    repeat: int = 1


class Write(NamedTuple):
    """Write `data`, a text as UTF-8, into the memory at byte `at`."""

    data: str | bytes
    at: Address


class Read(NamedTuple):
    """Read `length` bytes at byte `at`, which must be `expect`, a text as UTF-8."""

    length: Address
    at: Address
    expect: str | bytes


Step = Call | Write | Read


class Stub(NamedTuple):
    """A replacement for the imported function `name` (`module.field`).

    It grows the memory by `grows` pages, then traps if it `fails`, and otherwise returns `returns`.
    """

    name: str
    returns: tuple[Number, ...] = ()
    fails: bool = False
    grows: int = 0


class Host(NamedTuple):
    """The imports of a scenario: the stubs, and with `wasi` a sandboxed WASI preview 1."""

    stubs: tuple[Stub, ...] = ()
    wasi: bool = False


class Scenario(NamedTuple):
    """Steps to run in order, `repeat` times, in one fresh instance with the imports of `host`."""

    name: str
    steps: tuple[Step, ...]
    repeat: int = 1
    host: Host = Host()


class Seal(NamedTuple):
    """How the copy of an artifact is sealed that is shipped in its place.

    `pages` are those of each memory: a number, what the scenarios reach, or None for the mode's default.
    """

    mode: "Mode"
    pages: int | Literal["scenarios"] | None = None


class ViewRules(NamedTuple):
    """The views in host code to report besides those that certainly are stale.

    `strict` adds views that are used after calls which may not enter the module. `stale_length` adds views of
    shared memories that growth leaves too short.
    """

    strict: bool = False
    stale_length: bool = False


class ArtifactContract(NamedTuple):
    """One `[[artifact]]`: the rules for the module at `path`, or for all modules that it matches as a glob.

    Without arguments it is the default contract: every entry point `absent` or `unreachable`. `js` are
    globs, relative to the working folder, of the host code that the module is loaded with.
    """

    path: str = ""
    allow: tuple[Verdict, ...] = DEFAULT_ALLOW
    exports: tuple[Allowance, ...] = ()
    memory: MemoryLimits | None = None
    imports: Imports = Imports()
    scenarios: tuple[Scenario, ...] = ()
    expect: tuple[Expectation, ...] = ()
    host: Host = Host()
    conditions: Conditions = Conditions()
    js: tuple[str, ...] = ()
    views: ViewRules = ViewRules()
    seal: Seal | None = None


class Contract(NamedTuple):
    """A contract file; the paths of its artifacts are relative to the folder of `path`."""

    path: Path
    artifacts: tuple[ArtifactContract, ...]
