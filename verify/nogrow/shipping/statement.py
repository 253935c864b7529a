"""A kept check as a statement: an in-toto Statement, version 1, with a predicate of nogrow's own."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from nogrow import __version__

TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:nogrow:attestation:1"

Object = dict[str, Any]


class AttestedVerdict(NamedTuple):
    """The verdict on a core module, by its label, and what it takes for granted."""

    name: str
    verdict: str
    assumptions: tuple[str, ...] = ()


class AttestedModule(NamedTuple):
    """A module as it was judged: a component has a verdict for each of its core modules.

    `size` is in bytes.
    """

    name: str
    sha256: str
    size: int
    verdicts: tuple[AttestedVerdict, ...]


class AttestedFile(NamedTuple):
    """A shipped file and the modules in it; `size` is in bytes."""

    name: str
    sha256: str
    size: int
    modules: tuple[AttestedModule, ...]


class Statement(NamedTuple):
    """What was kept, by which files: as this version of nogrow found, under the contract of this SHA-256."""

    files: tuple[AttestedFile, ...]
    contract: str | None = None
    version: str = __version__

    def subjects(self) -> Mapping[str, str]:
        """The SHA-256 of each file and of each module in one, by name."""
        modules = {one.name: one.sha256 for file in self.files for one in file.modules}
        return modules | {one.name: one.sha256 for one in self.files}


def as_text(statement: Statement) -> str:
    """The statement as JSON; equal ones give equal texts.

    in-toto Attestation Framework, "Statement" version 1. It is not signed.
    """
    document = {
        "_type": TYPE,
        "subject": [
            {"name": name, "digest": {"sha256": sha256}}
            for name, sha256 in sorted(statement.subjects().items())
        ],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "tool": {"name": "nogrow", "version": statement.version},
            "outcome": "kept",
            "contract": statement.contract and {"digest": {"sha256": statement.contract}},
            "files": [_file(one) for one in statement.files],
        },
    }
    return json.dumps(document, indent=2) + "\n"


def _file(one: AttestedFile) -> Object:
    return {**_named(one), "modules": [_module(module) for module in one.modules]}


def _module(one: AttestedModule) -> Object:
    verdicts: Sequence[Object] = [
        {"name": verdict.name, "verdict": verdict.verdict, "assumptions": list(verdict.assumptions)}
        for verdict in one.verdicts
    ]
    return {**_named(one), "verdicts": verdicts}


def _named(one: AttestedFile | AttestedModule) -> Object:
    return {"name": one.name, "size": one.size, "digest": {"sha256": one.sha256}}
