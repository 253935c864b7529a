from nogrow.contract.violation import Rule
from nogrow.report.rule_help import EXPLANATIONS


def test_every_rule_is_explained_under_its_name() -> None:
    explained = {one.id: one.label for one in EXPLANATIONS}
    assert explained.items() >= {(rule.id, rule.label) for rule in Rule}
    assert list(explained) == [f"NG{number:03}" for number in range(1, len(EXPLANATIONS) + 1)]


def test_an_explanation_leaves_nothing_out() -> None:
    for one in EXPLANATIONS:
        assert all(text.strip().endswith(".") for text in (one.short, one.why, one.advice))
        assert one.name.isalpha()
        assert one.name[0].isupper()
