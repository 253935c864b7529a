"""Tests the memory layout of the flow graph's nodes."""

from itertools import pairwise

import pytest

from nogrow.wasm.code_section import Nodes
from nogrow.wasm.runtime import PAGE_SIZE, Engine, Workspace

ENGINE = Engine()


@pytest.mark.parametrize(
    ("room", "calls", "sizes"),
    [(96, 48, [96, 384, 384, 384, 192]), (97, 49, [112, 400, 400, 400, 208])],
)
def test_node_fields_do_not_overlap(room: int, calls: int, sizes: list[int]) -> None:
    """A kind has one byte and any other field four, rounded up to 16; 16 bytes precede the first kind."""
    workspace = Workspace(ENGINE, PAGE_SIZE)
    start = workspace.area(0)
    nodes = Nodes.reserve(workspace, room, calls)
    fields = (nodes.kinds, nodes.targets, nodes.extras, nodes.places, nodes.calls, workspace.area(0))
    assert nodes.kinds - start == 16
    assert [after - before for before, after in pairwise(fields)] == sizes


def test_retarget_changes_one_node() -> None:
    nodes = Nodes.reserve(Workspace(ENGINE, PAGE_SIZE), 8, 8)
    nodes.retarget(3, 7)
    assert [nodes.node(index)[1] for index in range(6)] == [0, 0, 0, 7, 0, 0]
