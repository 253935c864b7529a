"""Write `docs/performance.md` from the results of the bench and a template with the prose."""

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from string import Template

from tools.bench.aims import THREAD_BYTES, bound_bytes
from tools.bench.programs import (
    ALL,
    ALL_ONE_JOB,
    ALL_TWO_JOBS,
    IMPORT_WASMTIME,
    NOGROW,
    PYTHON,
    SHA256SUM,
    UNVALIDATED,
    VALIDATE,
    VALIDATE_EACH,
    VALIDATE_ONE,
)
from tools.bench.results import RESULTS, Figure, Module, Results, load

PAGE = PurePosixPath("docs/performance.md")
TEMPLATE = Path(__file__).with_name("performance.md")
_MB = 1_000_000
_NUMBERS = "---:"


def write_page(root: Path) -> None:
    """Write the page of the project at `root` from the results that are stored there."""
    (root / PAGE).write_text(page(load(root / RESULTS)), "utf-8")


def page(results: Results) -> str:
    """Return the page as Markdown."""
    corpus = results.corpus
    return Template(TEMPLATE.read_text("utf-8")).substitute(
        count=len(corpus),
        megabytes=f"{sum(module.size for module in corpus) / _MB:.0f}",
        largest=f"{max(module.size for module in corpus) / _MB:.0f}",
        rounds=results.rounds,
        cores=results.machine["cores"],
        machine=_table(("measured with", ""), results.machine.items()),
        aims=_table(
            ("aim", "measured", "met"),
            ((aim.words, aim.figure, "yes" if aim.met else "**no**") for aim in results.aims),
        ),
        single=_single(results),
        startup=_startup(results),
        many=_many(results),
        **_summary(results),
        prover=_prover(results),
        memory=_memory(results.modules),
        generated=_generated(results),
        thread_megabytes=THREAD_BYTES // _MB,
    )


def _summary(results: Results) -> dict[str, str]:
    """Return the figures of the page's introduction."""
    compared = [module for module in results.corpus if VALIDATE in module.figures]
    large, small = (pick(compared, key=lambda module: module.size) for pick in (max, min))
    share = max(module.figures[NOGROW].peak_bytes / bound_bytes(module.size) for module in results.modules)
    return {
        "large": f"{large.size / _MB:.0f} MB",
        "large_time": _ms(large.figures[NOGROW]),
        "large_times": _times(large.figures[NOGROW], large.figures[VALIDATE]),
        "small": f"{small.size / 1000:.0f} KB",
        "small_time": _ms(small.figures[NOGROW]),
        "small_times": _times(small.figures[NOGROW], small.figures[IMPORT_WASMTIME]),
        "all_time": f"{results.many[ALL].seconds:.1f} s",
        "all_times": _times(results.many[ALL], results.many[VALIDATE_EACH]),
        "per_second": f"{results.prover[0].per_second:.0f}",
        "share": f"{share:.2f}",
    }


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]], numbers_from: int | None = None) -> str:
    marks = ["---" if numbers_from is None or at < numbers_from else _NUMBERS for at in range(len(columns))]
    cells = [columns, marks, *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in cells)


def _single(results: Results) -> str:
    columns = (
        "module", "MB", NOGROW, f"times {VALIDATE}", "times 1 thread", "times sha256sum", "not validated",
    )  # fmt: skip
    rows = []
    for module in results.corpus:
        ours, unvalidated = module.figures[NOGROW], module.figures.get(UNVALIDATED)
        if unvalidated is None:
            continue
        others = (module.figures[name] for name in (VALIDATE, VALIDATE_ONE, SHA256SUM))
        times = [_times(ours, other) for other in others]
        rows.append((_name(module), _megabytes(module), _ms(ours), *times, _ms(unvalidated)))
    return _table(columns, rows, 1)


def _startup(results: Results) -> str:
    measured = [module for module in results.corpus if IMPORT_WASMTIME in module.figures]
    smallest = min(measured, key=lambda module: module.size)
    figures, base = smallest.figures, smallest.figures[PYTHON]
    words = {
        PYTHON: "Python starts and ends",
        IMPORT_WASMTIME: "... and imports wasmtime, which contains a compiler of 20 MB",
        UNVALIDATED: f"nogrow judges {_name(smallest)} of {smallest.size / 1000:.0f} KB without validation",
        NOGROW: "... and validates it",
    }
    rows = [
        (f"`{name}`", f"{text}", _ms(figures[name]), _times(figures[name], base))
        for name, text in words.items()
    ]
    return _table(("command", "what it does", "time", f"times `{PYTHON}`"), rows, 2)


def _many(results: Results) -> str:
    sums = results.many[VALIDATE_EACH]
    largest = max(module.size for module in results.corpus)
    threads = {ALL: int(results.machine["cores"]), ALL_ONE_JOB: 1, ALL_TWO_JOBS: 2}
    rows = [
        (
            name,
            f"{figure.seconds:.2f} s",
            _times(figure, sums),
            f"{figure.peak_bytes / _MB:.0f}",
            f"{bound_bytes(largest, threads[name]) / _MB:.0f}" if name in threads else "",
        )
        for name, figure in results.many.items()
    ]
    return _table(("run", "time", f"times {VALIDATE}", "peak MB", "bound MB"), rows, 1)


def _prover(results: Results) -> str:
    rows = [
        (
            str(speed.threads),
            f"{speed.modules:,}",
            f"{speed.per_second:.0f}",
            f"{speed.first_peak_bytes / _MB:.1f} after {speed.first:,}",
            f"{speed.peak_bytes / _MB:.1f}",
        )
        for speed in results.prover
    ]
    return _table(("threads", "modules", "modules a second", "peak MB", "peak MB after all"), rows, 1)


def _memory(modules: Sequence[Module]) -> str:
    rows = [
        (
            _name(module),
            _megabytes(module),
            f"{peak / _MB:.0f}",
            f"{bound_bytes(module.size) / _MB:.0f}",
            f"{peak / bound_bytes(module.size):.2f}",
        )
        for module in modules
        for peak in (module.figures[NOGROW].peak_bytes,)
    ]
    return _table(("module", "MB", "peak MB", "bound MB", "share"), rows, 1)


def _generated(results: Results) -> str:
    rows = [
        (
            module.name,
            _megabytes(module),
            _ms(ours),
            f"{ours.seconds * 1000 / (module.size / _MB):.1f}",
            *(_compared(ours, module.figures[name]) for name in (VALIDATE, VALIDATE_ONE)),
        )
        for module in results.modules
        if module.generated
        for ours in (module.figures[NOGROW],)
    ]
    return _table(("module", "MB", NOGROW, "ms a MB", f"times {VALIDATE}", "times 1 thread"), rows, 1)


def _name(module: Module) -> str:
    return module.name.replace("/package/", "/") if "/" in module.name else module.name


def _megabytes(module: Module) -> str:
    return f"{module.size / _MB:.2f}"


def _ms(figure: Figure) -> str:
    return f"{figure.seconds * 1000:,.0f} ms"


def _times(ours: Figure, other: Figure) -> str:
    return f"{ours.seconds / other.seconds:.2f}"


def _compared(ours: Figure, other: Figure) -> str:
    return "refused" if other.refused else _times(ours, other)
