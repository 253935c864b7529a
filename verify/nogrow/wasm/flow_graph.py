"""Gives access to the nodes of the flow graph in the kernels' memory; `scan.wat` describes them."""

from typing import NamedTuple

from nogrow.wasm.runtime import Workspace

NODE_CALL, NODE_INIT = 2, 6
EXCEPTIONAL_EXIT = 0xFFFFFFFE


class Nodes(NamedTuple):
    """The addresses of the arrays that hold the nodes, one for each field, and of the list of calls.

    `room` is the capacity in nodes, `call_room` in calls. `places` holds the field `at`.
    """

    workspace: Workspace
    room: int
    call_room: int
    kinds: int
    targets: int
    extras: int
    places: int
    calls: int

    @classmethod
    def reserve(cls, workspace: Workspace, room: int, calls: int) -> "Nodes":
        """Reserve room for `room` nodes and `calls` calls; raises `ModuleError` if there is none."""
        # The search kernel uses the two bytes before the first kind itself.
        kinds = workspace.area(room + 16) + 16
        rest = (workspace.area(size) for size in (4 * room, 4 * room, 4 * room, 4 * calls))
        return cls(workspace, room, calls, kinds, *rest)

    def node(self, index: int) -> tuple[int, int, int, int]:
        """Return the kind, target, extra and `at` of a node; the extra of a call is a node or an exit."""
        kind = self.workspace.bytes[self.kinds + index] & 0xF
        fields = (self.targets, self.extras, self.places)
        target, extra, at = (self.workspace.u32(field + 4 * index) for field in fields)
        return kind, target, extra or EXCEPTIONAL_EXIT if kind == NODE_CALL else extra, at

    def retarget(self, index: int, target: int) -> None:
        """Set the target of a node."""
        self.workspace.write_u32s(self.targets + 4 * index, [target])
