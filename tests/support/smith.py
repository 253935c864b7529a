"""Generates valid, unusual modules with `wasm-tools smith`, always the same for a seed."""

import functools
import random

from tests.support.modules import wasm_tools

_ATTEMPTS = 20
_FEATURES = {
    "custom-descriptors-enabled": False,
    "custom-page-sizes-enabled": True,
    "generate-custom-sections": True,
    "max-memories": 3,
    "max-tables": 4,
    "min-exports": 3,
    "min-funcs": 4,
    "min-memories": 1,
    "min-tables": 1,
    "min-types": 4,
    "wide-arithmetic-enabled": True,
}


@functools.cache
def smith(seed: int, **flags: bool | int) -> bytes:
    """Return the module for `seed`; `flags` are options of `wasm-tools smith` with `_` for `-`.

    Switched on beyond the tool's defaults: several memories and tables, custom page sizes, wide
    arithmetic and custom sections. Switched off: custom descriptors, whose encoding still moves.
    """
    options = _FEATURES | {name.replace("_", "-"): value for name, value in flags.items()}
    arguments = [f"--{name}={str(value).lower()}" for name, value in sorted(options.items())]
    generator = random.Random(seed)
    for _ in range(_ATTEMPTS):
        entropy = generator.randbytes(generator.choice((512, 4096, 16384)))
        try:
            return wasm_tools("smith", *arguments, stdin=entropy)
        except ValueError:
            # The tool can't make a module of every input.
            continue
    raise ValueError(seed)
