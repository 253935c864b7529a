"""The flow graph's nodes in the kernels' memory; `scan.wat` describes them."""

from typing import NamedTuple

from nogrow.wasm.runtime import Workspace

NODE_CALL, NODE_INIT = 2, 6
EXCEPTIONAL_EXIT = 0xFFFFFFFE


class Nodes(NamedTuple):
    """Where the parts of the nodes stand in a workspace, and the list of those that are calls.

    There is room for `room` nodes and `call_room` calls, each part in an array of its own.
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
        """Room for so many nodes and calls; raises `ModuleError` without room."""
        # The search keeps something of its own in the two bytes before the first kind.
        kinds = workspace.area(room + 16) + 16
        rest = (workspace.area(size) for size in (4 * room, 4 * room, 4 * room, 4 * calls))
        return cls(workspace, room, calls, kinds, *rest)

    def node(self, index: int) -> tuple[int, int, int, int]:
        """The node's kind, target, extra and place, as `scan.wat` calls them.

        A call's extra is a node or an exit.
        """
        kind = self.workspace.bytes[self.kinds + index] & 0xF
        parts = (self.targets, self.extras, self.places)
        target, extra, place = (self.workspace.u32(part + 4 * index) for part in parts)
        return kind, target, extra or EXCEPTIONAL_EXIT if kind == NODE_CALL else extra, place

    def retarget(self, index: int, target: int) -> None:
        """Gives a node another target."""
        self.workspace.write_u32s(self.targets + 4 * index, [target])
