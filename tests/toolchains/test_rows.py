"""Try nogrow's commands on what real compilers build; a row whose compiler is missing is skipped.

`invoke toolchains` installs the compilers, and writes the same results into docs/toolchains.md.
"""

from pathlib import Path

import pytest
from tools.toolchains.rows import Row
from tools.toolchains.run import Toolchains, chosen

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def toolchains() -> Toolchains:
    return Toolchains(ROOT)


@pytest.mark.exhaustive
@pytest.mark.parametrize("row", [pytest.param(row, id=str(row)) for row in chosen() if row.build is not None])
def test_commands_keep_their_promises(toolchains: Toolchains, row: Row) -> None:
    tried = toolchains.tried(row)
    if tried.problem and tried.built:
        pytest.skip(tried.problem)
    assert tried.failures == []
