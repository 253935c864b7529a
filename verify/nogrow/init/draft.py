"""This module writes the drafted contract: what passes today, with comments on what to tighten."""

import shlex
from collections.abc import Iterable, Iterator, Sequence

from nogrow.analysis.judgement import Verdict
from nogrow.contract.model import Host
from nogrow.contract.phrases import assuming, counted, is_unseen
from nogrow.contract.toml_text import assignments, quoted, spelled_host, value
from nogrow.init.infer_clauses import Clause, LeftOut
from nogrow.init.sources import Buildable
from nogrow.report.escaping import printable

_HEAD = """\
# What the modules of this project must keep; `nogrow check` enforces it.
# All modules pass today. A line marked `tighten` allows more than it should."""
_STALE = "# Host code does not pass where a comment names its stale views."
_MOST_HINTS = 20
_PLACEHOLDER = "build/*.wasm"
_STRICTEST = (Verdict.ABSENT, Verdict.UNREACHABLE)


def draft(parts: Sequence[Clause | LeftOut], hints: Sequence[Buildable]) -> str:
    """Return the text of nogrow.toml; without any clause, it has one for a module yet to be built."""
    stale = any(isinstance(part, Clause) and part.stale for part in parts)
    blocks: list[Iterable[str]] = [(_HEAD, *([_STALE] if stale else [])), ("schema = 1",)]
    blocks += (_clause(part) if isinstance(part, Clause) else _left_out(part) for part in parts)
    blocks += map(_hint, hints[:_MOST_HINTS])
    if len(hints) > _MOST_HINTS:
        blocks.append((f"# ... and {len(hints) - _MOST_HINTS} more sources that no module was built from.",))
    if not any(isinstance(part, Clause) for part in parts):
        blocks.append(_placeholder(hints))
    return "\n\n".join(map("\n".join, blocks)) + "\n"


def _clause(clause: Clause) -> Iterator[str]:
    inferred = clause.inferred
    yield f"# {_summary(clause)}"
    yield from (f"# {printable(sentence)}; `nogrow check` says where." for sentence in clause.stale)
    yield "[[artifact]]"
    yield from assignments({"path": clause.pattern} | ({"js": clause.js} if clause.js else {}))
    if inferred.floor is Verdict.UNREACHABLE:
        yield _allow(_STRICTEST)
    else:
        yield f"{_allow(inferred.floor.parts)}{_comment(inferred.floor, clause.path)}"
    host = clause.host
    if host.wasi:
        yield "wasi = true"
    if inferred.exemptions:
        yield ""
        yield "[artifact.exports]"
    for pattern, verdict, entry in inferred.exemptions:
        comment = _comment(verdict, clause.path, entry or "")
        yield f"{quoted(pattern)} = {_labels(_allowed(verdict))}{comment}"
    if host.stubs:
        yield ""
        yield "# Scenarios need these imports; `nogrow run --search` looks for inputs that grow the memory."
        yield from spelled_host(Host(host.stubs))
    yield from _limits(clause)


def _allowed(verdict: Verdict) -> Sequence[Verdict]:
    return _STRICTEST if verdict is Verdict.UNREACHABLE else verdict.parts


def _comment(verdict: Verdict, path: str, *entry: str) -> str:
    """Return the comment behind a key that allows the verdict: what to do about it, or why it is harmless."""
    if verdict.at_most(Verdict.UNREACHABLE):
        return ""
    if verdict is Verdict.TRAP_ONLY:
        return "  # only a trap can follow the growth"
    if verdict is Verdict.CAPPED:
        return "  # the memory is at its maximum"
    return f"  # tighten: {_explain(path, *entry)}"


def _summary(clause: Clause) -> str:
    inferred = clause.inferred
    if inferred.growing:
        entries = counted(inferred.entries, "entry point")
        return f"Growth can be reached from {inferred.growing} of {entries}."
    resting = [judgement.resting for judgement in clause.judgements]
    assumed = tuple(dict.fromkeys(assumption for verdict in resting for assumption in verdict.assumptions))
    if assumed:
        return f"No path leads from an entry point to a grow site, {printable(assuming(assumed))}."
    if any(map(is_unseen, clause.judgements)):
        return "No entry point can grow a memory that a host sees."
    return "No entry point can grow the memory."


def _limits(clause: Clause) -> Iterator[str]:
    """Yield limits to uncomment, if all memories declare a maximum."""
    maxima = [memory.max_pages for judgement in clause.judgements for memory in judgement.memories]
    declared = [pages for pages in maxima if pages is not None]
    if declared and len(declared) == len(maxima):
        yield ""
        yield "# To refuse a build with a higher maximum than today's:"
        yield "# [artifact.memory]"
        yield from _commented({"max_pages": max(declared)})


def _left_out(part: LeftOut) -> Iterator[str]:
    yield f"# Not in this contract: {printable(part.path)}"
    yield f"# {printable(part.reason)}"


def _hint(hint: Buildable) -> Iterator[str]:
    yield f"# No module was built from {printable(hint.description)} yet:"
    yield f"#   {printable(hint.command)}"
    if hint.output is not None:
        yield "# [[artifact]]"
        yield from _commented({"path": hint.output})
    if hint.kind is not None and hint.path is not None:
        yield "# Or `invoke build` builds it, to build/release/, with these lines:"
        yield f"# [[build.{hint.kind}]]"
        yield from _commented({"path": hint.path})


def _placeholder(hints: Sequence[Buildable]) -> Iterator[str]:
    path = next((hint.output for hint in hints if hint.output is not None), _PLACEHOLDER)
    yield "# No module was found that could be judged. This clause is for the first one to be built."
    yield "[[artifact]]"
    yield from assignments({"path": path})
    yield _allow(_STRICTEST)


def _commented(values: dict[str, object]) -> Iterator[str]:
    return (f"# {line}" for line in assignments(values))


def _allow(verdicts: Sequence[Verdict]) -> str:
    return f"allow = {_labels(verdicts)}"


def _labels(verdicts: Sequence[Verdict]) -> str:
    return value([verdict.label for verdict in verdicts])


def _explain(path: str, *entry: str) -> str:
    return printable(shlex.join(("nogrow", "explain", path, *filter(None, entry))))
