"""Write and read the verdicts on a shipment: an in-toto Statement, version 1, with nogrow's own predicate."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from nogrow import __version__
from nogrow.analysis.judgement import Verdict
from nogrow.contract.model import VERDICTS
from nogrow.rewrite.rewrite import Mode
from nogrow.shipping.sealed_copies import Origin
from nogrow.util.document import Node, read_json

TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:nogrow:attestation:1"

Object = dict[str, Any]


class AttestedVerdict(NamedTuple):
    """The verdict on a core module, and its assumptions."""

    name: str
    verdict: Verdict
    assumptions: tuple[str, ...] = ()


class AttestedModule(NamedTuple):
    """A judged module of `size` bytes; a component has a verdict for each of its core modules.

    `origin` is the original that the module is the sealed copy of.
    """

    name: str
    sha256: str
    size: int
    verdicts: tuple[AttestedVerdict, ...]
    origin: Origin | None = None


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
    verdicts = [
        {"name": name, "verdict": verdict.label, "assumptions": list(assumptions)}
        for name, verdict, assumptions in module.verdicts
    ]
    return {**_subject(module), **_sealed(module.origin), "verdicts": verdicts}


def _sealed(origin: Origin | None) -> Object:
    if origin is None:
        return {}
    original = {"digest": {"sha256": origin.sha256}}
    return {"sealed": {"mode": origin.mode, "pages": origin.pages, "original": original}}


def _subject(attested: AttestedFile | AttestedModule) -> Object:
    return {"name": attested.name, "size": attested.size, "digest": {"sha256": attested.sha256}}


def read_statement(path: Path) -> Statement:
    """Read the statement in the file `path`; raise `DocumentError`, which names the wrong field.

    Unknown fields are ignored, as the framework demands. The subjects and the predicate must name the same
    files and modules.
    """
    document = read_json(path, "a statement of nogrow")
    if "payloadType" in document.object():
        raise document.error("a signed envelope: verify its signature, and use the file with its payload")
    _exactly(document.at("_type"), TYPE)
    _exactly(document.at("predicateType"), PREDICATE_TYPE)
    predicate = document.at("predicate")
    _exactly(predicate.at("outcome"), "kept")
    contract = predicate.get("contract")
    statement = Statement(
        tuple(map(_read_file, predicate.at("files").items())),
        None if contract is None else _read_digest(contract),
        predicate.at("tool").at("version").text(),
    )
    # A file that is itself a module has the same name for both.
    files = statement.files
    names = [module.name for file in files for module in file.modules if module.name != file.name]
    names += (file.name for file in files)
    listed = document.at("subject")
    subjects = [(subject.at("name").text(), _read_digest(subject)) for subject in listed.items()]
    if len(set(names)) != len(names) or sorted(subjects) != sorted(statement.subjects().items()):
        raise listed.error("expected the files and modules of predicate.files, each once")
    return statement


def _read_file(node: Node) -> AttestedFile:
    return AttestedFile(*_read_subject(node), tuple(map(_read_module, node.at("modules").items())))


def _read_module(node: Node) -> AttestedModule:
    verdicts = tuple(map(_read_verdict, node.at("verdicts").items()))
    return AttestedModule(*_read_subject(node), verdicts, node.optional("sealed", _read_origin, None))


def _read_origin(node: Node) -> Origin:
    mode = node.at("mode").choice("mode", {mode.value: mode.value for mode in Mode})
    return Origin(mode, node.optional("pages", Node.integer, None), _read_digest(node.at("original")))


def _read_subject(node: Node) -> tuple[str, str, int]:
    return node.at("name").text(), _read_digest(node), node.at("size").integer()


def _read_verdict(node: Node) -> AttestedVerdict:
    verdict = node.at("verdict").choice("verdict", VERDICTS)
    assumptions = tuple(item.text() for item in node.at("assumptions").items())
    return AttestedVerdict(node.at("name").text(), verdict, assumptions)


def _read_digest(node: Node) -> str:
    return node.at("digest").at("sha256").digest()


def _exactly(node: Node, text: str) -> None:
    if node.text() != text:
        raise node.error(f"expected {text!r}")
