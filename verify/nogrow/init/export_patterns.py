"""Find few keys of `exports` that allow each entry point what it needs: names, and globs on words of names.

In a contract, a longer glob wins over a shorter one, and a name wins over globs. So the words of names
form a tree, and dynamic programming finds the cheapest keys in it.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from nogrow.analysis.judgement import Verdict
from nogrow.contract.patterns import export_key

# A word ends with a separator, or before a capital letter.
_WORD_END = re.compile(r"(?<=[_.:/#$@-])(?=[A-Za-z0-9])|(?<=[a-z0-9])(?=[A-Z])")
# A shorter beginning would be true of too much.
_SHORTEST = 3
_FEWEST_NAMES = 3
# A glob also allows exports that don't exist yet, so it has to be worth some names.
_GLOB_COST, _NAME_COST = 2.5, 1.0
_IMPOSSIBLE = float("inf")


class Key(NamedTuple):
    """A key of `exports`, the verdict that it allows, and one of the names that need it."""

    pattern: str
    verdict: Verdict
    name: str


class Keys(NamedTuple):
    """The keys, and the number of exports that they allow a worse verdict than their own."""

    keys: tuple[Key, ...]
    loosened: int


class _Node:
    """The names that have the same beginning."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.names: list[str] = []
        self.children: list[_Node] = []
        self.costs: dict[Verdict, float] = {}
        self.choices: dict[Verdict, Verdict] = {}


class Exports:
    """The names of exports with their verdicts, as a tree of words."""

    def __init__(self, verdicts: Mapping[str, Verdict]) -> None:
        """Build the tree."""
        self._verdicts = verdicts
        self._root = _tree(verdicts)
        self._children_first = _children_first(self._root)

    def __len__(self) -> int:
        return len(self._verdicts)

    def keys(self, floor: Verdict, slack: float) -> Keys:
        """Return the cheapest keys where `floor` is allowed to all others.

        Each export that is allowed a worse verdict than its own costs `slack`; a name costs 1.
        """
        labels = sorted({*self._verdicts.values(), floor}, key=lambda verdict: verdict.rank)
        for node in self._children_first:
            self._weigh(node, labels, slack)
        return self._chosen(floor, slack)

    def _cost(self, name: str, allowed: Verdict, slack: float) -> float:
        own = self._verdicts[name]
        if own is allowed:
            return 0.0
        return min(slack, _NAME_COST) if own.at_most(allowed) else _NAME_COST

    def _weigh(self, node: _Node, labels: list[Verdict], slack: float) -> None:
        """Store what the node costs with each verdict that a shorter glob allows, and its own best glob."""
        below = {
            label: sum(self._cost(name, label, slack) for name in node.names)
            + sum(child.costs[label] for child in node.children)
            for label in labels
        }
        best = min(labels, key=lambda label: below[label])
        own = below[best] + _GLOB_COST if node.prefix else _IMPOSSIBLE
        node.choices = {label: label if below[label] <= own else best for label in labels}
        node.costs = {label: min(below[label], own) for label in labels}

    def _chosen(self, floor: Verdict, slack: float) -> Keys:
        found: list[Key] = []
        loosened = 0
        pending = [(self._root, floor)]
        while pending:
            node, inherited = pending.pop()
            allowed = node.choices[inherited]
            if allowed is not inherited:
                found.append(Key(f"{export_key(node.prefix)}*", allowed, self._example(node, allowed)))
            for name in node.names:
                own = self._verdicts[name]
                if own is allowed:
                    continue
                if own.at_most(allowed) and slack < _NAME_COST:
                    loosened += 1
                else:
                    found.append(Key(export_key(name), own, name))
            pending += ((child, allowed) for child in node.children)
        return Keys(tuple(found), loosened)

    def _example(self, node: _Node, verdict: Verdict) -> str:
        """Return a name below the node that needs the verdict, else any name."""
        names = [name for inner in _children_first(node) for name in inner.names]
        return min(names, key=lambda name: (self._verdicts[name] is not verdict, name))


def _tree(verdicts: Mapping[str, Verdict]) -> _Node:
    # A glob on the words of one name also covers names that go on without the end of a word there.
    words = {prefix for name in verdicts for prefix in _beginnings(name)}
    ends = sorted({len(prefix) for prefix in words})
    beginnings = {
        name: [name[:end] for end in ends if len(name) >= end and name[:end] in words] for name in verdicts
    }
    shared = Counter(prefix for prefixes in beginnings.values() for prefix in prefixes)
    root = _Node("")
    nodes = {"": root}
    for name in sorted(verdicts):
        node = root
        for prefix in beginnings[name]:
            if shared[prefix] < _FEWEST_NAMES:
                break
            if prefix not in nodes:
                nodes[prefix] = _Node(prefix)
                node.children.append(nodes[prefix])
            node = nodes[prefix]
        node.names.append(name)
    return root


def _beginnings(name: str) -> list[str]:
    """Return the words at the start of the name, the shortest first."""
    ends = (match.start() for match in _WORD_END.finditer(name))
    return [name[:end] for end in ends if sum(map(str.isalnum, name[:end])) >= _SHORTEST]


def _children_first(root: _Node) -> list[_Node]:
    order = [root]
    for node in order:
        order.extend(node.children)
    return order[::-1]
