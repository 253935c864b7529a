"""A core module in a file, and what was found of it with its place in that file."""

from typing import NamedTuple

from nogrow.analysis.assumptions import stated
from nogrow.analysis.judgement import Judgement, Site, Step
from nogrow.scenarios.result import ScenarioResult
from nogrow.wasm.sections import is_component


class Part(NamedTuple):
    """A core module, the path that reports call it by, and where it starts in its file, in bytes.

    `number` is its place in a component, None for a file that is a core module.
    """

    path: str
    data: bytes
    start: int = 0
    callers: tuple[str, ...] = ()
    number: int | None = None


def parts_of(path: str, data: bytes) -> tuple[Part, ...]:
    """The core modules in the file: itself, or `FILE#0`, `FILE#1`, ... for a component."""
    if not is_component(data):
        return (Part(path, data),)
    from nogrow.wasm.component import core_modules

    return tuple(
        Part(f"{path}#{number}", data[one.start : one.end], one.start, one.callers, number)
        for number, one in enumerate(core_modules(data))
    )


def placed(judgement: Judgement, part: Part, said_first: list[str]) -> Judgement:
    """The judgement with offsets in the file, and with what is known of the module's surroundings."""
    if not (part.start or part.callers or said_first):
        return judgement
    by = part.start
    sites = tuple(
        Site(site.function, site.memory, site.offset + by, site.operand) for site in judgement.sites
    )
    entries = tuple(
        entry._replace(
            witness=tuple(Step(step.function, step.offset + by, step.instruction) for step in entry.witness)
        )
        for entry in judgement.entries
    )
    assumptions = (*map(stated, said_first), *judgement.assumptions, *map(stated, part.callers))
    return judgement._replace(sites=sites, entries=entries, assumptions=assumptions)


def moved(result: ScenarioResult, part: Part) -> ScenarioResult:
    """The result with offsets in the file."""
    growth = result.grew_at
    if growth is None or not part.start:
        return result
    steps = (Step(one.function, one.offset + part.start, one.instruction) for one in growth.backtrace)
    return result._replace(grew_at=growth._replace(backtrace=tuple(steps)))
