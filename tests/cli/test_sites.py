import pytest

from tests.cli.conftest import Nogrow
from tests.report.validated import validated


@pytest.mark.parametrize(
    ("file", "code"),
    [("quiet.wasm", 0), ("unused.wasm", 0), ("growing.wasm", 0), ("cut.wasm", 4), ("gone.wasm", 3)],
)
def test_exit_code_depends_on_judging_only(nogrow: Nogrow, file: str, code: int) -> None:
    assert nogrow("sites", file).exit_code == code


def test_each_site_is_a_line(nogrow: Nogrow) -> None:
    assert nogrow("sites", "quiet.wasm").stdout == "quiet.wasm: 0 grow sites\n"
    heading, site = nogrow("sites", "growing.wasm").stdout.splitlines()
    assert heading == "growing.wasm: 1 grow site"
    assert site.endswith("  memory 0  by 1 page  in func[1]")


def test_json_is_the_report(nogrow: Nogrow) -> None:
    document = validated(nogrow("sites", "--format", "json", "growing.wasm").stdout)
    assert len(document["artifacts"][0]["sites"]) == 1


def test_file_argument_is_required(nogrow: Nogrow) -> None:
    assert nogrow("sites").exit_code == 2
