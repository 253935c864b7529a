"""Read statements that nogrow wrote; an error names the field that is wrong."""

import re
from pathlib import Path

from nogrow.analysis.judgement import Verdict
from nogrow.shipping.statement import (
    PREDICATE_TYPE,
    TYPE,
    AttestedFile,
    AttestedModule,
    AttestedVerdict,
    Statement,
)
from nogrow.util.document import Node, read_json

_SHA256 = re.compile(r"[0-9a-f]{64}")


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
        tuple(map(_file, predicate.at("files").items())),
        None if contract is None else _digest(contract),
        predicate.at("tool").at("version").text(),
    )
    modules = ((file, module) for file in statement.files for module in file.modules)
    # A file that is itself a module has the same name for both.
    names = [module.name for file, module in modules if module.name != file.name]
    names += (file.name for file in statement.files)
    subjects = [(subject.at("name").text(), _digest(subject)) for subject in document.at("subject").items()]
    if len(set(names)) != len(names) or sorted(subjects) != sorted(statement.subjects().items()):
        raise document.at("subject").error("expected the files and modules of predicate.files, each once")
    return statement


def _file(node: Node) -> AttestedFile:
    modules = tuple(map(_module, node.at("modules").items()))
    return AttestedFile(node.at("name").text(), _digest(node), node.at("size").integer(), modules)


def _module(node: Node) -> AttestedModule:
    verdicts = tuple(map(_verdict, node.at("verdicts").items()))
    return AttestedModule(node.at("name").text(), _digest(node), node.at("size").integer(), verdicts)


def _verdict(node: Node) -> AttestedVerdict:
    label = node.at("verdict")
    try:
        Verdict.from_label(label.text())
    except ValueError:
        known = ", ".join(verdict.label for verdict in Verdict)
        raise label.error(f"expected a verdict: {known}") from None
    assumptions = tuple(item.text() for item in node.at("assumptions").items())
    return AttestedVerdict(node.at("name").text(), label.text(), assumptions)


def _digest(node: Node) -> str:
    sha256 = node.at("digest").at("sha256")
    if not _SHA256.fullmatch(sha256.text()):
        raise sha256.error("expected a SHA-256 in lower-case hexadecimal")
    return sha256.text()


def _exactly(node: Node, text: str) -> None:
    if node.text() != text:
        raise node.error(f"expected {text!r}")
