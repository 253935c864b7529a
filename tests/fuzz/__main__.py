"""One target under libFuzzer, guided by the coverage of nogrow: `python -m tests.fuzz TARGET [options]`.

A crash ends it with the input written to where `-artifact_prefix=` says.
"""

import random
import sys

import atheris

with atheris.instrument_imports(include=["nogrow"]):
    from tests.fuzz.targets import MODULES, TARGETS
from tests.fuzz.parts import taken_apart

# So often the bytes are changed as they are, without a thought of what they mean.
_PLAIN = 0.25


def changed(data: bytes, most: int, seed: int) -> bytes:
    """The module with a section or function body changed, left out, repeated or moved; any bytes at times."""
    choose = random.Random(seed)
    parts = taken_apart(data)
    if parts is None or not parts.sections or choose.random() < _PLAIN:
        return bytes(atheris.Mutate(data, most))
    places: list[tuple[list[bytes], int]] = [(parts.bodies, place) for place in range(len(parts.bodies))]
    contents = [contents for _, contents in parts.sections]
    places += [(contents, place) for place in range(len(contents))]
    among, place = choose.choice(places)
    match choose.randrange(8):
        case 0:
            among.insert(choose.randrange(len(among) + 1), among[place])
        case 1 if among is parts.bodies:
            del among[place]
        case _:
            among[place] = bytes(atheris.Mutate(among[place], max(64, 2 * len(among[place]))))
    if among is contents:
        numbers = [number for number, _ in parts.sections]
        numbers += numbers[: len(contents) - len(numbers)]
        parts.sections[:] = zip(numbers, contents, strict=True)
    return parts.joined()[:most]


def main() -> None:
    """Run the target named first until libFuzzer's limits end it."""
    name = sys.argv.pop(1)
    mutator = {"custom_mutator": changed} if name in MODULES else {}
    atheris.Setup(sys.argv, TARGETS[name], **mutator)
    atheris.Fuzz()


main()
