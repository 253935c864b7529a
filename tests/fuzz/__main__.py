"""Run one target under libFuzzer, guided by the coverage of nogrow: `python -m tests.fuzz TARGET [options]`.

A crash ends the run. libFuzzer writes the input to the path that `-artifact_prefix=` names.
"""

import random
import sys

import atheris

with atheris.instrument_imports(include=["nogrow"]):
    from tests.fuzz.targets import MODULES, TARGETS
from tests.fuzz.parts import split

# The probability that bytes are changed without regard to the structure of the module.
_PLAIN = 0.25


def changed(data: bytes, most: int, seed: int) -> bytes:
    """Return the module with a section or body changed, removed, repeated or moved; sometimes any bytes."""
    choose = random.Random(seed)
    parts = split(data)
    if parts is None or not parts.sections or choose.random() < _PLAIN:
        return bytes(atheris.Mutate(data, most))
    places: list[tuple[list[bytes], int]] = [(parts.bodies, index) for index in range(len(parts.bodies))]
    contents = [contents for _, contents in parts.sections]
    places += [(contents, index) for index in range(len(contents))]
    among, index = choose.choice(places)
    match choose.randrange(8):
        case 0:
            among.insert(choose.randrange(len(among) + 1), among[index])
        case 1 if among is parts.bodies:
            del among[index]
        case _:
            among[index] = bytes(atheris.Mutate(among[index], max(64, 2 * len(among[index]))))
    if among is contents:
        numbers = [number for number, _ in parts.sections]
        numbers += numbers[: len(contents) - len(numbers)]
        parts.sections[:] = zip(numbers, contents, strict=True)
    return parts.joined()[:most]


def main() -> None:
    """Run the target that the first argument names until libFuzzer's limits end it."""
    name = sys.argv.pop(1)
    mutator = {"custom_mutator": changed} if name in MODULES else {}
    atheris.Setup(sys.argv, TARGETS[name], **mutator)
    atheris.Fuzz()


main()
