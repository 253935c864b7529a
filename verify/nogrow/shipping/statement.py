"""Write the verdicts on a shipment as an in-toto Statement, version 1, with nogrow's own predicate."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from nogrow import __version__

TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:nogrow:attestation:1"

Object = dict[str, Any]


class AttestedVerdict(NamedTuple):
    """The label of the verdict on a core module, and the assumptions of the verdict."""

    name: str
    verdict: str
    assumptions: tuple[str, ...] = ()


class AttestedModule(NamedTuple):
    """A judged module; a component has a verdict for each of its core modules.

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
    """The files that kept the contract with the SHA-256 `contract`, according to this version of nogrow."""

    files: tuple[AttestedFile, ...]
    contract: str | None = None
    version: str = __version__

    def subjects(self) -> Mapping[str, str]:
        """Return the SHA-256 of each file, and of each module in a file, by name."""
        modules = {module.name: module.sha256 for file in self.files for module in file.modules}
        return modules | {file.name: file.sha256 for file in self.files}


def as_text(statement: Statement) -> str:
    """Return the statement as JSON, unsigned; equal statements give equal texts.

    in-toto Attestation Framework, "Statement" version 1.
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
            "files": [_file(file) for file in statement.files],
        },
    }
    return json.dumps(document, indent=2) + "\n"


def _file(file: AttestedFile) -> Object:
    return {**_subject(file), "modules": [_module(module) for module in file.modules]}


def _module(module: AttestedModule) -> Object:
    verdicts: Sequence[Object] = [
        {"name": verdict.name, "verdict": verdict.verdict, "assumptions": list(verdict.assumptions)}
        for verdict in module.verdicts
    ]
    return {**_subject(module), "verdicts": verdicts}


def _subject(attested: AttestedFile | AttestedModule) -> Object:
    return {"name": attested.name, "size": attested.size, "digest": {"sha256": attested.sha256}}
