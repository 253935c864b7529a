"""Test which keys are found for the verdicts of exports."""

import random
from pathlib import Path

from nogrow.analysis.judgement import EntryKind, Verdict
from nogrow.contract.load import load
from nogrow.contract.model import ArtifactContract
from nogrow.contract.violations import allowed
from nogrow.init.export_patterns import Exports
from nogrow.init.infer_clauses import MOST_EXEMPTIONS, infer_clause
from tests.support.judgements import entry, judgement

R, T, U = Verdict.REACHABLE, Verdict.TRAP_ONLY, Verdict.UNREACHABLE


def found(verdicts: dict[str, Verdict], floor: Verdict = U, slack: float = 1) -> dict[str, Verdict]:
    return {key.pattern: key.verdict for key in Exports(verdicts).keys(floor, slack).keys}


def test_words_that_names_share_become_a_glob() -> None:
    verdicts = {f"body_set_{name}": R for name in "abcd"} | {"body_get": U, "body_mass": U}
    assert found(verdicts) == {"body_set_*": R}


def test_few_names_stay_names() -> None:
    assert found({"body_a": R, "body_b": R, "other": U}) == {"body_a": R, "body_b": R}


def test_exception_from_a_glob_is_a_name() -> None:
    verdicts = {f"body_{number}": R for number in range(9)} | {"body_mass": U}
    assert found(verdicts) == {"body_*": R, "body_mass": U}


def test_words_in_camel_case_are_words() -> None:
    assert found({f"setBody{name}": R for name in ("A", "B", "C", "D")} | {"set": U}) == {"setBody*": R}


def test_glob_counts_names_that_go_on_inside_a_word() -> None:
    verdicts = {f"op0F5{letter}": U for letter in "ABCDEF"} | {"op0F50_mem": R, "op0F51": U}
    keys = found(verdicts | {f"run{number}": R for number in range(9)}, floor=R)
    assert keys == {"op0F5*": U, "op0F50_mem": R}


def test_wildcards_in_shared_words_are_escaped() -> None:
    assert found({f"all[_{name}": R for name in "abcd"}) == {"all[[]_*": R}


def test_slack_allows_more_than_is_needed() -> None:
    verdicts = {f"body_{number}": R if number % 2 else U for number in range(10)}
    assert len(found(verdicts)) == 5
    keys = Exports(verdicts).keys(U, 0.01)
    assert ([key.pattern for key in keys.keys], keys.loosened) == (["body_*"], 5)


def test_no_export_is_allowed_less_than_it_needs(tmp_path: Path) -> None:
    draw = random.Random(1)
    for _ in range(60):
        names = {
            "_".join(draw.choice(("get", "set", "body", "of")) for _ in range(draw.randrange(1, 5)))
            + str(draw.randrange(30))
            for _ in range(draw.randrange(1, 120))
        }
        verdicts = {name: draw.choice((U, U, T, R, Verdict.CAPPED)) for name in sorted(names)}
        entries = [entry(name, verdict) for name, verdict in verdicts.items()]
        clause = infer_clause([judgement(*entries)])
        assert len(clause.exemptions) <= MOST_EXEMPTIONS
        contract = _contract(
            tmp_path, clause.floor, [(key.pattern, key.verdict) for key in clause.exemptions]
        )
        for one in entries:
            assert any(one.verdict.at_most(verdict) for verdict in allowed(contract, one.kind, one.name)), (
                one.name
            )


def _contract(folder: Path, floor: Verdict, keys: list[tuple[str, Verdict]]) -> ArtifactContract:
    def labels(verdict: Verdict) -> str:
        return str([part.label for part in verdict.parts]).replace("'", '"')

    lines = [
        "schema = 1",
        "[[artifact]]",
        'path = "a.wasm"',
        f"allow = {labels(floor)}",
        "[artifact.exports]",
    ]
    lines += [f'"{pattern}" = {labels(verdict)}' for pattern, verdict in keys]
    path = folder / "nogrow.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return load(path).artifacts[0]


def test_entry_kinds_do_not_mix() -> None:
    clause = infer_clause([judgement(*(entry(f"func_{n}", R, kind=EntryKind.ESCAPED) for n in range(30)))])
    assert [key.pattern for key in clause.exemptions] == ["(escaped)"]
