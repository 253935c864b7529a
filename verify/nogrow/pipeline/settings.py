"""Hold the choices of a check that are the same for all of its files."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol

from nogrow.analysis.judgement import Judgement
from nogrow.analysis.surroundings import NOTHING_KNOWN, Surroundings
from nogrow.contract.model import Scenario
from nogrow.jshost.glue_model import Glue
from nogrow.scenarios.result import ScenarioResult
from nogrow.wasm.runtime import Engine

if TYPE_CHECKING:
    from nogrow.baseline.regressions import Pinned
    from nogrow.source.lookup import Wanted


class Judge(Protocol):
    """A function that judges a core module; see `nogrow.analysis.proof.judge`."""

    def __call__(
        self,
        data: bytes,
        trusts: Callable[[str], bool],
        engine: Engine | None,
        surroundings: Surroundings = NOTHING_KNOWN,
        /,
    ) -> Judgement:
        """Return the judgement, or raise `ModuleError`."""


Run = Callable[[bytes, Scenario], ScenarioResult]


class Settings(NamedTuple):
    """The choices of a check; `nogrow.pipeline.check.check` says what each means.

    `glue` has the host code of each file by its path. Settings can be sent to another process.
    """

    judge: Judge | None
    run: Run | None
    validate: bool
    glue: Mapping[str, tuple[Glue, ...]]
    digest: bool = True
    source: "Wanted | None" = None
    pinned: "Pinned | None" = None
    whole: bool = False
    hosted: bool = True
