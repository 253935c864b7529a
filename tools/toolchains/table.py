"""Write what was tried as Markdown, between two marks in docs/toolchains.md."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.toolchains.checks import FAILED, MISSED, Cell
from tools.toolchains.run import MODES, Tried

PAGE = "docs/toolchains.md"
BEGIN, END = "<!-- written by `invoke toolchains` -->", "<!-- end -->"
_SHORT = {"works": "w", "null": "n", "throws": "t", "overlaps the end": "t"}
_LEGEND = """\
Each row was built and run in Node. The program's function `take(n)` returns the address of n bytes: new ones
in the growing variant, those of a static array in the quiet one. *w w n* says how `take` ended with 1 byte,
1 MiB and 128 MiB: *w* works, *n* returns null, *t* throws or traps. *grows* means that the host still grew
the memory, which `nogrow seal` says when it writes the copy. *does not start* means that the program needs
more memory than it has at the start, and ends.

- `explain`: the line that it names; *the function* for a build with names and no lines.
- `init`: the contract that it writes passes `nogrow check`; how many of its lines ask to be tightened.
- `run --search`: whether it found arguments that make an export grow the memory, in half a second each.
- `host`: it found nothing in the toolchain's own JavaScript, reported a view that was kept across the call if
  `take` can grow the memory, and accepted a view created after it. *With `--strict`* means that the kept view
  is reported only with this option, because the glue does not show that the call enters the module."""


def write_table(root: Path, results: Sequence[Tried]) -> Path:
    """Replace the text between the marks in the page by that of the results."""
    path = root / PAGE
    text = path.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    written = "\n".join(_lines(results))
    path.write_text(f"{before}{BEGIN}\n\n{written}\n\n{END}{after}", encoding="utf-8")
    return path


def _lines(results: Sequence[Tried]) -> Iterator[str]:
    run = [tried for tried in results if not tried.problem]
    yield _LEGEND
    for variant in dict.fromkeys(tried.row.variant for tried in run):
        yield ""
        yield f"### The {variant} variant"
        yield ""
        yield from _table([tried for tried in run if tried.row.variant == variant], variant == "growing")
    yield ""
    yield "### The advice, followed"
    yield ""
    yield from _advice(run)
    yield ""
    yield "### Not tried here"
    yield ""
    yield "| toolchain | mode | reason |"
    yield "|---|---|---|"
    for tried in results:
        if tried.problem:
            yield f"| {tried.row.toolchain} | {_cell(tried.row.mode)} | {_cell(tried.problem)} |"


def _table(results: Sequence[Tried], growing: bool) -> Iterator[str]:
    columns = ("toolchain", "mode", "Node", "verdict", *(("`explain`",) if growing else ()))
    columns += (*(f"`{mode}`" for mode in MODES), "`init`", "`run --search`", "`host`")
    yield f"| {' | '.join(columns)} |"
    yield "|---" * len(columns) + "|"
    for tried in results:
        cells = tried.cells
        texts = [f"{tried.row.toolchain} {tried.version}", tried.row.mode, _results(tried.node)]
        texts.append(cells["verdict"].text)
        if growing:
            texts.append(cells["explain"].text.replace("says how to keep names", "asks for names"))
        texts += [_results(cells[mode].text) for mode in MODES]
        texts += [cells["contract"].text, cells["search"].text]
        host = cells["host"]
        texts.append(_host(host))
        yield f"| {' | '.join(map(_cell, texts))} |"


def _host(cell: Cell) -> str:
    if cell.fails:
        return "fails"
    if MISSED in cell.text:
        return MISSED
    return "with `--strict`" if "--strict" in cell.text else "right"


def _advice(results: Sequence[Tried]) -> Iterator[str]:
    yield "| toolchain | advice | done | modes | result |"
    yield "|---|---|---|---|---|"
    rows: dict[tuple[str, str, str, str], list[str]] = {}
    for tried in results:
        for followed in tried.advice:
            result = "fails: " + followed.cell.text if followed.cell.fails else followed.cell.text
            key = (tried.row.toolchain, followed.alternative, followed.done, result)
            rows.setdefault(key, []).append(tried.row.mode)
    for (toolchain, alternative, done, result), modes in sorted(rows.items()):
        listed = "; ".join(modes)
        yield f"| {toolchain} | {_cell(alternative)} | {_cell(done)} | {_cell(listed)} | {_cell(result)} |"


def _results(text: str) -> str:
    """Return the results of the calls as letters, and any other text as it is."""
    if text.startswith(FAILED):
        return FAILED
    results, separator, rest = text.partition(";")
    parts = results.split(", ")
    if not all(part in _SHORT for part in parts):
        return text
    return " ".join(_SHORT[part] for part in parts) + separator + rest


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
