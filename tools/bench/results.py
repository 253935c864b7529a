"""Hold what the bench measured, and store it as JSON, from which `docs/performance.md` is written."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from tools.bench.aims import Aim, Subject, is_refused
from tools.bench.measure import Measured
from tools.bench.prover import ProverSpeed

RESULTS = PurePosixPath("tools/bench/results.json")
SCHEMA = "nogrow/bench/2"


class Figure(NamedTuple):
    """The median time of a program and its peak memory; `refused` if it failed in any run."""

    seconds: float
    peak_bytes: int
    runs: int
    refused: bool


class Module(NamedTuple):
    """A module with its figures by the names of the programs."""

    name: str
    size: int
    generated: bool
    figures: Mapping[str, Figure]


class Results(NamedTuple):
    """All figures of a run of the bench. `many` has those for all modules of the corpus together."""

    machine: Mapping[str, str]
    rounds: int
    modules: Sequence[Module]
    many: Mapping[str, Figure]
    prover: Sequence[ProverSpeed]
    aims: Sequence[Aim]

    @property
    def corpus(self) -> list[Module]:
        """Return the modules that are not generated."""
        return [module for module in self.modules if not module.generated]


def figures(measured: Sequence[Measured]) -> dict[str, Figure]:
    """Return the figures of all runs, by the name of the program."""
    return {
        each.name: Figure(round(each.seconds, 4), each.peak_bytes, len(each.runs), is_refused(each))
        for each in measured
    }


def modules(subjects: Sequence[Subject]) -> list[Module]:
    """Return the modules with their figures."""
    return [Module(each.name, each.size, each.generated, figures(each.measured)) for each in subjects]


def as_json(results: Results) -> str:
    """Return the results as JSON, with a line for each module."""
    lines = [
        f'  "schema": {json.dumps(SCHEMA)}',
        f'  "machine": {json.dumps(results.machine)}',
        f'  "rounds": {results.rounds}',
        f'  "many": {json.dumps(_plain(results.many))}',
        f'  "prover": {json.dumps([speed._asdict() for speed in results.prover])}',
        f'  "aims": {_rows([vars(aim) for aim in results.aims])}',
        f'  "modules": {_rows([_module(module) for module in results.modules])}',
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def load(path: Path) -> Results:
    """Return the results that `as_json` wrote to the file."""
    document = json.loads(path.read_text("utf-8"))
    if document["schema"] != SCHEMA:
        raise ValueError(f"{path}: expected {SCHEMA}")
    return Results(
        document["machine"],
        document["rounds"],
        [
            Module(item["name"], item["size"], item["generated"], _figures(item["figures"]))
            for item in document["modules"]
        ],
        _figures(document["many"]),
        [ProverSpeed(**item) for item in document["prover"]],
        [Aim(**item) for item in document["aims"]],
    )


def _module(module: Module) -> dict[str, Any]:
    return {**module._asdict(), "figures": _plain(module.figures)}


def _plain(by_name: Mapping[str, Figure]) -> dict[str, list[float]]:
    return {name: list(figure) for name, figure in by_name.items()}


def _figures(by_name: Mapping[str, Sequence[Any]]) -> dict[str, Figure]:
    return {name: Figure(*values) for name, values in by_name.items()}


def _rows(items: Sequence[Mapping[str, Any]]) -> str:
    return "[\n" + ",\n".join(f"    {json.dumps(item)}" for item in items) + "\n  ]"
