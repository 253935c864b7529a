"""Define the dominator tree of the paths to a growth, which the kernel `dominators.wat` computes."""

from array import array
from pathlib import Path
from typing import NamedTuple

DOMINATORS = Path(__file__).with_name("dominators.wat")
TABLES = (
    "numbers", "vertex_of", "parent", "semi", "ancestor", "label", "dominator", "bucket", "next",
)  # fmt: skip
"""The tables of the kernel that are all of one size, besides its stack, which has twice that size."""
ROOT = 1
"""The number of the root, which stands behind all growths."""


class DominatorTree(NamedTuple):
    """The vertices on paths to a growth, by numbers, each with its immediate dominator.

    All paths from a vertex to a growth pass its dominator. Numbers start behind `ROOT`, and a dominator has a
    lower number than the vertex.
    """

    vertices: "array[int]"
    dominators: "array[int]"
