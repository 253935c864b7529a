"""Read the verdicts, memories, grow sites and imports of a JSON report, version 1.

Other versions of nogrow may add keys, so unknown keys are ignored.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from nogrow.analysis.assumptions import stated
from nogrow.analysis.judgement import Entry, EntryKind, Function, Judgement, Memory, Site, Verdict
from nogrow.report.as_json import SCHEMA
from nogrow.report.exit_code import Outcome
from nogrow.report.model import ArtifactReport, not_judged
from nogrow.util.document import Node, read_json

T = TypeVar("T")


def load(path: Path) -> tuple[ArtifactReport, ...]:
    """Return the modules of the report in the file `path`, without witnesses; host code is left out.

    An artifact that was not judged has no judgement but a violation of NG010; a missing artifact has neither.
    Raises `DocumentError` if the report is malformed.
    """
    document = read_json(path, "a JSON report of nogrow")
    schema = document.at("schema")
    if schema.text() != SCHEMA:
        raise schema.error(f"expected {SCHEMA}, the only version that this nogrow reads")
    artifacts: dict[str, ArtifactReport] = {}
    for node in document.at("artifacts").items():
        if node.optional("host", Node.flag, False):
            continue
        artifact = _read_artifact(node)
        if artifact.path in artifacts:
            raise node.at("path").error("the report has this artifact twice")
        artifacts[artifact.path] = artifact
    return tuple(artifacts.values())


def _read_artifact(node: Node) -> ArtifactReport:
    path, outcome = node.at("path").text(), _read_outcome(node.at("outcome"))
    verdict = node.get("verdict")
    judgement = None if verdict is None else _read_judgement(node, verdict)
    if outcome is Outcome.NOTHING and judgement is None:
        return ArtifactReport(path)
    artifact = ArtifactReport(
        path,
        node.optional("sha256", Node.text, None),
        node.optional("size", Node.integer, None),
        judgement,
        validated=node.optional("validated", Node.flag, None),
    )
    if outcome is Outcome.NOT_JUDGED or judgement is None:
        return not_judged(artifact, "the report has no verdict for it")
    return artifact


def _read_judgement(node: Node, worst: Node) -> Judgement:
    memories = tuple(map(_read_memory, node.at("memories").items()))
    sites = tuple(map(_read_site, node.at("sites").items()))
    # The report does not say which memory a verdict is about: the start function may grow an imported one.
    own = not any(memory.imported for memory in memories)
    entries = tuple(_read_entry(entry, own) for entry in node.at("entries").items())
    imports = frozenset(name for entry in entries for name in entry.imports)
    assumed = tuple(stated(sentence.text()) for sentence in node.at("assumptions").items())
    judgement = Judgement(memories, sites, entries, assumed, imports=imports)
    verdict = _read_verdict(worst)
    # Version 0.1.0 reported only one of the two.
    both = judgement.verdict is Verdict.CAPPED_AND_THROW_ONLY and verdict is Verdict.CAPPED
    if verdict is not judgement.verdict and not both:
        raise worst.error(f"expected {judgement.verdict.label}, the worst of its entry points")
    return judgement


def _read_memory(node: Node) -> Memory:
    return Memory(
        node.at("index").integer(),
        node.at("imported").flag(),
        tuple(name.text() for name in node.at("exported").items()),
        node.at("shared").flag(),
        node.at("index_type").text(),
        node.at("page_size").integer(1),
        node.at("min_pages").integer(),
        node.optional("max_pages", Node.integer, None),
    )


def _read_site(node: Node) -> Site:
    return Site(
        _read_function(node.at("function")), node.at("memory").integer(), node.at("offset").integer(), None
    )


def _read_entry(node: Node, own_memories: bool) -> Entry:
    verdict = _read_verdict(node.at("verdict"))
    kind = _read_kind(node.at("kind"))
    return Entry(
        node.at("name").text(),
        kind,
        _read_function(node.at("function")),
        verdict,
        imports=tuple(name.text() for name in node.at("imports").items()),
        seen=node.optional("seen", _read_verdict, None),
        excused=kind is EntryKind.START and own_memories and verdict.grows,
    )


def _read_function(node: Node) -> Function:
    return Function(node.at("index").integer(), node.optional("name", Node.text, None))


def _reader_of(what: str, known: Mapping[str, T]) -> Callable[[Node], T]:
    def read_known(node: Node) -> T:
        if node.text() not in known:
            raise node.error(f"unknown {what} {node.text()!r}; known: {', '.join(known)}")
        return known[node.text()]

    return read_known


_read_outcome = _reader_of("outcome", {outcome.value: outcome for outcome in Outcome})
_read_kind = _reader_of("kind", {kind.value: kind for kind in EntryKind})
_read_verdict = _reader_of("verdict", {verdict.label: verdict for verdict in Verdict})
