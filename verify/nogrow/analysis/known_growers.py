"""Recognise imports behind which the host grows the memory or calls back, by the names toolchains use."""

from nogrow.analysis.emscripten_abi import effect_of


def is_known_grower(label: str) -> bool:
    """Return whether the host is known to grow the memory behind the import `label` (`module.field`)."""
    effect = effect_of(label.rpartition(".")[2])
    return effect is not None and effect.grows


def is_known_by_name(label: str) -> bool:
    """Return whether the name of the import `label` alone tells that it grows the memory or calls back."""
    return effect_of(label.rpartition(".")[2]) is not None
