from nogrow.contract.violations import Rule
from nogrow.report.rule_help import RULE_HELP


def test_every_rule_has_help() -> None:
    explained = {rule.rule.id: rule.rule.label for rule in RULE_HELP}
    assert explained.items() >= {(rule.id, rule.label) for rule in Rule}
    assert list(explained) == [f"NG{number:03}" for number in range(1, len(RULE_HELP) + 1)]


def test_help_is_complete() -> None:
    for rule in RULE_HELP:
        assert all(text.strip().endswith(".") for text in (rule.short, rule.why, rule.advice))
        assert rule.name.isalpha()
        assert rule.name[0].isupper()
