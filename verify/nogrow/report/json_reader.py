"""Read the verdicts, memories, sites and imports back from a JSON report of version 1.

Other versions of nogrow may add keys, so unknown keys are ignored.
"""

from pathlib import Path

from nogrow.analysis.assumptions import Assumption, stated
from nogrow.analysis.judgement import Entry, EntryKind, Function, Judgement, Memory, Site, Verdict
from nogrow.contract.violation import Rule, Violation
from nogrow.report.as_json import SCHEMA
from nogrow.report.result import ArtifactReport, Outcome
from nogrow.util.document import Node, read_json


def load(path: Path) -> tuple[ArtifactReport, ...]:
    """Return the artifacts of the report in the file `path`, without witnesses.

    An artifact that was not judged has no judgement but a violation of NG010; a missing artifact has neither.
    Raises `DocumentError` if the report is malformed.
    """
    document = read_json(path, "a JSON report of nogrow")
    schema = document.at("schema")
    if schema.text() != SCHEMA:
        raise schema.error(f"expected {SCHEMA}, the only version that this nogrow reads")
    artifacts: dict[str, ArtifactReport] = {}
    for node in document.at("artifacts").items():
        artifact = _artifact(node)
        if artifact.path in artifacts:
            raise node.at("path").error("the report has this artifact twice")
        artifacts[artifact.path] = artifact
    return tuple(artifacts.values())


def _artifact(node: Node) -> ArtifactReport:
    path, outcome = node.at("path").text(), node.at("outcome").text()
    if outcome not in (known.value for known in Outcome):
        known_outcomes = ", ".join(known.value for known in Outcome)
        raise node.at("outcome").error(f"unknown outcome {outcome!r}; known: {known_outcomes}")
    sha256, size, verdict = node.get("sha256"), node.get("size"), node.get("verdict")
    judgement = None if verdict is None else _judgement(node, verdict)
    if outcome == Outcome.NOTHING.value and judgement is None:
        return ArtifactReport(path)
    violations: tuple[Violation, ...] = ()
    refused = False
    if outcome == Outcome.NOT_JUDGED.value or judgement is None:
        judgement, refused = None, True
        violations = (Violation(Rule.NOT_JUDGED, f"{path}: the report has no verdict for it"),)
    digest = None if sha256 is None else sha256.text()
    valid = node.get("validated")
    return ArtifactReport(
        path,
        digest,
        None if size is None else size.integer(),
        judgement,
        violations,
        validated=None if valid is None else valid.flag(),
        refused=refused,
    )


def _judgement(node: Node, worst: Node) -> Judgement:
    memories = tuple(map(_memory, node.at("memories").items()))
    sites = tuple(map(_site, node.at("sites").items()))
    # The report does not say which memory a verdict is about: the start function may grow an imported one.
    own = not any(memory.imported for memory in memories)
    entries = tuple(_entry(entry, own) for entry in node.at("entries").items())
    imports = frozenset(name for entry in entries for name in entry.imports)
    assumed = _assumptions(node.at("assumptions"))
    judgement = Judgement(memories, sites, entries, assumed, imports=imports)
    verdict = _verdict(worst)
    # Version 0.1.0 reported only one of the two.
    both = judgement.verdict is Verdict.CAPPED_AND_THROW_ONLY and verdict is Verdict.CAPPED
    if verdict is not judgement.verdict and not both:
        raise worst.error(f"expected {judgement.verdict.label}, the worst of its entry points")
    return judgement


def _assumptions(node: Node) -> tuple[Assumption, ...]:
    return tuple(stated(sentence.text()) for sentence in node.items())


def _memory(node: Node) -> Memory:
    most = node.get("max_pages")
    return Memory(
        node.at("index").integer(),
        node.at("imported").flag(),
        tuple(name.text() for name in node.at("exported").items()),
        node.at("shared").flag(),
        node.at("index_type").text(),
        node.at("page_size").integer(1),
        node.at("min_pages").integer(),
        None if most is None else most.integer(),
    )


def _site(node: Node) -> Site:
    return Site(
        _function(node.at("function")), node.at("memory").integer(), node.at("offset").integer(), None
    )


def _entry(node: Node, own_memories: bool) -> Entry:
    kind, verdict = node.at("kind"), _verdict(node.at("verdict"))
    seen = node.get("seen")
    kinds = {known.value: known for known in EntryKind}
    if kind.text() not in kinds:
        raise kind.error(f"unknown kind {kind.text()!r}; known: {', '.join(kinds)}")
    return Entry(
        node.at("name").text(),
        kinds[kind.text()],
        _function(node.at("function")),
        verdict,
        imports=tuple(name.text() for name in node.at("imports").items()),
        seen=None if seen is None else _verdict(seen),
        excused=kinds[kind.text()] is EntryKind.START and own_memories and verdict.grows,
    )


def _function(node: Node) -> Function:
    name = node.get("name")
    return Function(node.at("index").integer(), None if name is None else name.text())


def _verdict(node: Node) -> Verdict:
    try:
        return Verdict.from_label(node.text())
    except ValueError:
        known = ", ".join(verdict.label for verdict in Verdict)
        raise node.error(f"unknown verdict {node.text()!r}; known: {known}") from None
