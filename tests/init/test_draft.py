"""Test the text of drafted contracts with unusual parts."""

import tomllib

from nogrow.init.draft import draft
from nogrow.init.infer_clauses import Clause, LeftOut, infer_clause
from nogrow.init.sources import Buildable
from tests.support.judgements import judgement, memory


def clause(*maxima: int | None) -> Clause:
    judged = judgement(memories=tuple(memory(1, most) for most in maxima))
    return Clause("a.wasm", "a.wasm", infer_clause([judged]), (judged,))


def test_proposed_limits_fit_every_memory() -> None:
    assert "# max_pages = 9\n" in draft([clause(3, 9, 5)], [])
    assert "max_pages" not in draft([clause(3, None)], [])
    assert "max_pages" not in draft([clause()], [])


def test_comments_stay_comments() -> None:
    hint = Buildable("a\nc = 2", "run\nd = 3", "x\ny.wasm")
    text = draft([clause(), LeftOut("a\nb = 1", "why\n[[artifact]]\n")], [hint])
    assert all(line.isprintable() for line in text.split("\n"))
    document = tomllib.loads(text)
    assert set(document) == {"schema", "artifact"}
    assert [artifact["path"] for artifact in document["artifact"]] == ["a.wasm"]


def test_buildable_source_comes_with_its_build_table() -> None:
    hint = Buildable("the crate a", "cargo build", "target/a.wasm", "crate", "crates/a b")
    lines = draft([clause()], [hint]).split("\n")
    start = lines.index("# [[build.crate]]")
    build = tomllib.loads("\n".join(line.removeprefix("# ") for line in lines[start : start + 2]))
    assert build == {"build": {"crate": [{"path": "crates/a b"}]}}


def test_only_the_first_hints_are_shown() -> None:
    hints = [Buildable(f"the crate {number}", "cargo build", None) for number in range(23)]
    text = draft([clause()], hints)
    assert text.count("# No module was built from") == 20
    assert "# ... and 3 more sources that no module was built from.\n" in text
