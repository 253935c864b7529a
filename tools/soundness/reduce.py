"""Make a program smaller that shows a fault of the analysis."""

from collections.abc import Iterator
from pathlib import Path

from tools.soundness.compare import compare
from tools.soundness.programs import Program

_MOST_ROUNDS = 40
Lines = frozenset[tuple[str, int]]


def reduced(program: Program, node: str, folder: Path) -> Program:
    """Return the program without the lines that the fault does not need."""
    for number in range(_MOST_ROUNDS):
        candidates = sorted(_candidates(program), key=len, reverse=True)
        smaller = [_without(program, lines) for lines in candidates]
        results = compare(dict(enumerate(smaller)), node, folder / str(number))
        possible = [
            lines
            for lines, result in zip(candidates, results, strict=True)
            if result.missed or result.refuted
        ]
        if not possible:
            return program
        program = _removed(program, possible, node, folder / f"{number}-joined")
    return program


def _removed(program: Program, possible: list[Lines], node: str, folder: Path) -> Program:
    """Return the program without as many of the lines as can be removed together."""
    count = len(possible)
    while count > 1:
        smaller = _without(program, frozenset().union(*possible[:count]))
        (result,) = compare({0: smaller}, node, folder / str(count))
        if result.missed or result.refuted:
            return smaller
        count //= 2
    return _without(program, possible[0])


def _candidates(program: Program) -> Iterator[Lines]:
    """Yield sets of lines to remove: statements with their blocks, and the first and last line of blocks."""
    for name, text in program.files.items():
        lines = text.split("\n")
        indents = [len(line) - len(line.lstrip()) for line in lines]
        for start, line in enumerate(lines):
            if not line.strip() or "import" in line or "WebAssembly" in line or line.startswith("export "):
                continue
            end = start
            if line.rstrip().endswith("{") and not line.lstrip().startswith("}"):
                end = next(i for i in range(start + 1, len(lines)) if indents[i] <= indents[start])
                yield frozenset({(name, start), (name, end)})
            yield frozenset((name, i) for i in range(start, end + 1))


def _without(program: Program, lines: Lines) -> Program:
    files = {
        name: "\n".join(line for number, line in enumerate(text.split("\n")) if (name, number) not in lines)
        for name, text in program.files.items()
    }
    return program._replace(files=files)
