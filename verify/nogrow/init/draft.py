"""The parts of a contract to its text: what passes today, and what to tighten, in comments."""

import shlex
from collections.abc import Iterator, Sequence

from nogrow.analysis.judgement import Verdict
from nogrow.contract.headlines import assuming, is_unseen
from nogrow.contract.phrases import counted
from nogrow.contract.scenario_toml import quoted
from nogrow.init.modules import Clause, LeftOut
from nogrow.init.sources import Buildable
from nogrow.report.escaping import printable

_HEAD = """\
# What the modules of this project must keep; `nogrow check` holds them to it.
# All of it holds today. A line marked `tighten` allows what had better not be."""
_MOST_HINTS = 20
_NOWHERE = "build/*.wasm"


def draft(parts: Sequence[Clause | LeftOut], hints: Sequence[Buildable]) -> str:
    """The text of nogrow.toml; without any clause it has one for a module that is still to be built."""
    blocks = [_HEAD, "schema = 1"]
    blocks += ("\n".join(_clause(one) if isinstance(one, Clause) else _left_out(one)) for one in parts)
    blocks += ("\n".join(_hint(hint)) for hint in hints[:_MOST_HINTS])
    if len(hints) > _MOST_HINTS:
        blocks.append(f"# ... and {len(hints) - _MOST_HINTS} more that no module was built from.")
    if not any(isinstance(one, Clause) for one in parts):
        blocks.append("\n".join(_to_come(hints)))
    return "\n\n".join(blocks) + "\n"


def _clause(clause: Clause) -> Iterator[str]:
    eased = clause.eased
    yield f"# {_summary(clause)}"
    yield "[[artifact]]"
    yield f"path = {quoted(clause.pattern)}"
    if clause.js:
        yield f"js = [{', '.join(map(quoted, clause.js))}]"
    if eased.floor is Verdict.UNREACHABLE:
        yield _allow(Verdict.ABSENT, Verdict.UNREACHABLE)
    else:
        yield f"{_allow(*eased.floor.parts)}  # tighten: {_explain(clause.path)}"
    if eased.exemptions:
        yield ""
        yield "[artifact.exports]"
    for one in eased.exemptions:
        advice = _explain(clause.path, one.entry or "")
        yield f"{quoted(one.pattern)} = {_verdicts(one.verdict.parts)}  # tighten: {advice}"
    yield from _limits(clause)


def _summary(clause: Clause) -> str:
    if not clause.eased.growing:
        resting = [judgement.resting for judgement in clause.judgements]
        assumed = tuple(dict.fromkeys(one for each in resting for one in each.assumptions))
        if assumed:
            return f"No path leads from an entry point to a growth, {printable(assuming(assumed))}."
        if any(map(is_unseen, clause.judgements)):
            return "No entry point can grow a memory that a host sees."
        return "No entry point can grow the memory."
    of_all = f"{clause.eased.growing} of {counted(clause.eased.entries, 'entry point')}"
    return f"Growth can be reached from {of_all}."


def _limits(clause: Clause) -> Iterator[str]:
    """What the contract could ask of the limits, for memories that all declare a maximum."""
    most = [memory.max_pages for memory in clause.memories]
    declared = [pages for pages in most if pages is not None]
    if declared and len(declared) == len(most):
        yield ""
        yield "# To refuse a build with a higher maximum than today's:"
        yield "# [artifact.memory]"
        yield f"# max_pages = {max(declared)}"


def _left_out(one: LeftOut) -> Iterator[str]:
    yield f"# Not in this contract: {printable(one.path)}"
    yield f"# {printable(one.reason)}"


def _hint(hint: Buildable) -> Iterator[str]:
    yield f"# No module was built from {printable(hint.what)} yet:"
    yield f"#   {printable(hint.command)}"
    if hint.makes is not None:
        yield "# [[artifact]]"
        yield f"# path = {quoted(hint.makes)}"
    if hint.kind is not None and hint.path is not None:
        yield "# Or `invoke build` builds it, to build/release/, with these lines:"
        yield f"# [[build.{hint.kind}]]"
        yield f"# path = {quoted(hint.path)}"


def _to_come(hints: Sequence[Buildable]) -> Iterator[str]:
    makes = next((hint.makes for hint in hints if hint.makes is not None), _NOWHERE)
    yield "# No module was found that could be judged. This stands for the one that is to come."
    yield "[[artifact]]"
    yield f"path = {quoted(makes)}"
    yield _allow(Verdict.ABSENT, Verdict.UNREACHABLE)


def _allow(*verdicts: Verdict) -> str:
    return f"allow = {_verdicts(verdicts)}"


def _verdicts(verdicts: Sequence[Verdict]) -> str:
    return f"[{', '.join(quoted(verdict.label) for verdict in verdicts)}]"


def _explain(path: str, entry: str = "") -> str:
    words = ("nogrow", "explain", path, *([entry] if entry else []))
    return printable(shlex.join(words))
