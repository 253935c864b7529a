"""Imports behind which a toolchain lets the host grow the memory."""

_FIELDS = frozenset(("emscripten_resize_heap", "_emscripten_resize_heap", "enlargeMemory", "_enlargeMemory"))


def is_known_grower(label: str) -> bool:
    """Whether the import `label`, given as `module.field`, is known to make the host grow the memory."""
    return label.rpartition(".")[2] in _FIELDS
