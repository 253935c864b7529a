"""A statement's file back to the statement; whatever is not as nogrow writes it is named with its place."""

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
from nogrow.util.jsonfile import Node, read

_SHA256 = re.compile(r"[0-9a-f]{64}")


def read_statement(path: Path) -> Statement:
    """The statement in the file `path`; raises `DocumentError` with the place that is wrong.

    Fields that are not known are passed over, as the framework asks for. The subjects and the predicate
    have to be about the same things.
    """
    document = read(path, "a statement of nogrow")
    if "payloadType" in document.object():
        raise document.error("a signed envelope: verify its signature, and name the file of its payload here")
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
    # A file that is a module has the one name for both.
    names = [module.name for file, module in modules if module.name != file.name]
    names += (one.name for one in statement.files)
    subjects = [(one.at("name").text(), _digest(one)) for one in document.at("subject").items()]
    if len(set(names)) != len(names) or sorted(subjects) != sorted(statement.subjects().items()):
        raise document.at("subject").error("expected what predicate.files is about, each thing once")
    return statement


def _file(one: Node) -> AttestedFile:
    modules = tuple(map(_module, one.at("modules").items()))
    return AttestedFile(one.at("name").text(), _digest(one), one.at("size").integer(), modules)


def _module(one: Node) -> AttestedModule:
    verdicts = tuple(map(_verdict, one.at("verdicts").items()))
    return AttestedModule(one.at("name").text(), _digest(one), one.at("size").integer(), verdicts)


def _verdict(one: Node) -> AttestedVerdict:
    label = one.at("verdict")
    try:
        Verdict.from_label(label.text())
    except ValueError:
        known = ", ".join(verdict.label for verdict in Verdict)
        raise label.error(f"expected a verdict: {known}") from None
    assumptions = tuple(item.text() for item in one.at("assumptions").items())
    return AttestedVerdict(one.at("name").text(), label.text(), assumptions)


def _digest(one: Node) -> str:
    sha256 = one.at("digest").at("sha256")
    if not _SHA256.fullmatch(sha256.text()):
        raise sha256.error("expected a SHA-256 in lower-case hexadecimal")
    return sha256.text()


def _exactly(node: Node, text: str) -> None:
    if node.text() != text:
        raise node.error(f"expected {text!r}")
