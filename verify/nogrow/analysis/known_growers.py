"""Imports behind which a toolchain lets the host grow the memory, or lets it call back into the module."""

from nogrow.analysis.emscripten_abi import effect_of


def is_known_grower(label: str) -> bool:
    """Whether the import `label`, given as `module.field`, is known to make the host grow the memory."""
    effect = effect_of(label.rpartition(".")[2])
    return effect is not None and effect.grows


def is_known_by_name(label: str) -> bool:
    """Whether the name of the import `label` alone tells that it grows the memory or calls back."""
    return effect_of(label.rpartition(".")[2]) is not None
