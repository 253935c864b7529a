"""What a contract says, as plain data: made by `load.py`, read by all later stages."""

import enum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from nogrow.analysis.judgement import Conditions, Verdict
from nogrow.analysis.known_growers import is_known_by_name

DEFAULT_ALLOW = (Verdict.ABSENT, Verdict.UNREACHABLE)


class Policy(enum.Enum):
    """What is believed of an import that no pattern trusts."""

    ASSUME = "assume"
    DENY = "deny"


class Tables(enum.Enum):
    """What is believed of the tables that the host sees."""

    ASSUME = "assume"
    """The host puts none of the module's own functions there; reports say so."""
    OPEN = "open"
    """They may hold every function that the host can get hold of."""


class Private(enum.Enum):
    """How growth of a memory counts that is neither imported nor exported."""

    IGNORE = "ignore"
    JUDGE = "judge"


class Allowance(NamedTuple):
    """The verdicts that the entry points named by `pattern` may have (exact name or glob)."""

    pattern: str
    allow: tuple[Verdict, ...]


class Expectation(NamedTuple):
    """The one verdict that the entry points named by `pattern` must have (exact name or glob)."""

    pattern: str
    verdict: Verdict


class MemoryLimits(NamedTuple):
    """Bounds on a memory's declared limits, in the module's own pages; None leaves a side open."""

    min_pages: int | None = None
    max_pages: int | None = None


class Imports(NamedTuple):
    """What is believed of the host; `trusted` are exact names or globs on `module.field`."""

    policy: Policy = Policy.ASSUME
    trusted: tuple[str, ...] = ()

    def trusts(self, name: str) -> bool:
        """Whether the import `name` (`module.field`) neither grows, calls back in, nor throws.

        An import that is known to grow the memory or to call back is trusted by its exact name only.
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
    """Call the exported function `export`, `repeat` times; each time the same is expected of it.

    `expect` is what it must return, several values as a tuple. `may_grow` False makes growth a failure,
    `must_grow` True makes its absence one. `expect_trap` is a text that the trap's message must hold, the
    empty one for any trap; None means that the call must come back.
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
    """What stands in for the imported function `name` (`module.field`).

    It grows the memory by `grows` pages, then traps if it `fails`, or else returns the values `returns`.
    """

    name: str
    returns: tuple[Number, ...] = ()
    fails: bool = False
    grows: int = 0


class Host(NamedTuple):
    """What a scenario's module may import: the stubs, and WASI preview 1 in a sandbox if `wasi` says so."""

    stubs: tuple[Stub, ...] = ()
    wasi: bool = False


class Scenario(NamedTuple):
    """Steps that are run in order, `repeat` times, in one fresh instance with the imports of `host`."""

    name: str
    steps: tuple[Step, ...]
    repeat: int = 1
    host: Host = Host()


class ArtifactContract(NamedTuple):
    """One `[[artifact]]`: what the modules at `path` (or matching it as a glob) must keep.

    Without arguments it is the default contract: every entry point `absent` or `unreachable`. `js` are
    globs of the files of host code that are loaded with it, from the working folder.
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


class Contract(NamedTuple):
    """A contract file; the artifacts' paths are relative to the folder of `path`."""

    path: Path
    artifacts: tuple[ArtifactContract, ...]
