"""Check which of the project's aims for speed and memory the measurements meet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tools.bench.measure import Measured
from tools.bench.programs import (
    ALL,
    ALL_ONE_JOB,
    ALL_TWO_JOBS,
    IMPORT_WASMTIME,
    NOGROW,
    OBJDUMP,
    VALIDATE,
    VALIDATE_EACH,
    VALIDATE_ONE,
)
from tools.bench.prover import ProverSpeed

_MB = 1_000_000
_LARGE, _EXPORTS, _SMALL = "biome_wasm_bg.wasm", "duckdb-mvp.wasm", "lz4_wasm_nodejs_bg.wasm"
_LINEAR, _OFF_LINE = 1.3, 3.0
# Allocators keep some memory back, so the peak may rise a little.
_FLAT_BYTES = 8_000_000
THREAD_BYTES = 80_000_000


@dataclass(frozen=True)
class Subject:
    """A module with its measurements.

    `on_line` is set for generated modules that differ only in size, `beyond_limits` for modules that no
    engine accepts, which nogrow must not judge.
    """

    name: str
    size: int
    measured: tuple[Measured, ...]
    generated: bool = False
    on_line: bool = False
    beyond_limits: bool = False

    def of(self, name: str) -> Measured | None:
        """Return the measurements of one pipeline, None if it did not run on this module."""
        return next((measured for measured in self.measured if measured.name == name), None)

    def seconds(self, name: str) -> float:
        """Return the median time in seconds of a pipeline that ran on this module."""
        return next(measured.seconds for measured in self.measured if measured.name == name)


@dataclass(frozen=True)
class Aim:
    """An aim in words, the measured figure, and whether the aim is met."""

    words: str
    figure: str
    met: bool


@dataclass(frozen=True)
class Line:
    """Time as a linear function of size: the cost of any module, and of each byte."""

    start_seconds: float
    seconds_per_byte: float

    @classmethod
    def through(cls, points: Sequence[tuple[int, float]]) -> "Line":
        """Return the line with the smallest relative distances from points of size and seconds."""
        weights = [1 / seconds**2 for _, seconds in points]
        total = sum(weights)
        x = sum(w * size for w, (size, _) in zip(weights, points, strict=True)) / total
        y = sum(w * seconds for w, (_, seconds) in zip(weights, points, strict=True)) / total
        spread = sum(w * (size - x) ** 2 for w, (size, _) in zip(weights, points, strict=True))
        joint = sum(w * (size - x) * (s - y) for w, (size, s) in zip(weights, points, strict=True))
        slope = joint / spread if spread else 0.0
        return cls(y - slope * x, slope)

    def at(self, size: int) -> float:
        """Return the seconds for `size` bytes."""
        return self.start_seconds + self.seconds_per_byte * size


def line_of(subjects: Sequence[Subject]) -> Line:
    """Return the line through the generated modules that differ only in size."""
    return Line.through([(each.size, each.seconds(NOGROW)) for each in subjects if each.on_line])


def bound_bytes(size: int, threads: int = 1) -> int:
    """Return how much memory a check may take whose largest module has `size` bytes."""
    return 2 * size + threads * THREAD_BYTES


def aims(
    subjects: Sequence[Subject], many: Sequence[Measured] = (), prover: ProverSpeed | None = None
) -> tuple[Aim, ...]:
    """Return every aim for which there are measurements."""
    checked = []
    for subject in subjects:
        if subject.name.endswith(_LARGE):
            checked += [
                _at_most(subject, VALIDATE, 1.25),
                _at_most(subject, VALIDATE_ONE, 1.0),
                _times_faster(subject, OBJDUMP, 60.0),
            ]
        if subject.name.endswith(_EXPORTS):
            checked.append(_at_most(subject, VALIDATE, 2.0))
        if subject.name.endswith(_SMALL):
            checked.append(_at_most(subject, IMPORT_WASMTIME, 1.6))
    checked += _of_many(many, max((each.size for each in subjects if not each.generated), default=0))
    failed = [f"{subject.name}: {_failure(subject)}" for subject in subjects if _failure(subject)]
    checked.append(Aim("every module judged that engines accept", "; ".join(failed) or "yes", not failed))
    memory = "peak memory of one module at most twice its size plus 80 MB"
    checked.append(_worst(memory, subjects, _memory_share, 1.0, "{0:.2f} of that for {1}"))
    if prover is not None:
        rise = prover.peak_bytes - prover.first_peak_bytes
        words = (
            f"peak memory of a Prover after {prover.modules:,} modules at most {_FLAT_BYTES // _MB} MB above "
            f"that after {prover.first:,}"
        )
        checked.append(Aim(words, f"{rise / _MB:.1f} MB", rise <= _FLAT_BYTES))
    straight = [subject for subject in subjects if subject.on_line]
    if len(straight) > 1:
        checked += _straightness(subjects, straight)
    return tuple(checked)


def _of_many(many: Sequence[Measured], largest: int) -> list[Aim]:
    seconds = {measured.name: measured.seconds for measured in many}
    if not seconds:
        return []
    default, validate = seconds[ALL], seconds[VALIDATE_EACH]
    speed_up = seconds[ALL_ONE_JOB] / seconds[ALL_TWO_JOBS]
    peaks = {measured.name: measured.peak_bytes for measured in many}
    share = max(
        peaks[name] / bound_bytes(largest, threads) for name, threads in ((ALL_ONE_JOB, 1), (ALL_TWO_JOBS, 2))
    )
    memory = "peak memory of all modules in one run at most twice the largest plus 80 MB for each thread"
    return [
        Aim(memory, f"{share:.2f} of that", share <= 1),
        Aim(f"{ALL}: at most 1 times {VALIDATE_EACH}", f"{default / validate:.2f}", default <= validate),
        Aim(
            "all modules: --jobs 2 at least 1.6 times faster than --jobs 1",
            f"{speed_up:.2f}",
            speed_up >= 1.6,
        ),
    ]


def _straightness(subjects: Sequence[Subject], straight: Sequence[Subject]) -> list[Aim]:
    line = line_of(subjects)

    def above(subject: Subject) -> float:
        return subject.seconds(NOGROW) / line.at(subject.size)

    def off(subject: Subject) -> float:
        return max(above(subject), 1 / above(subject))

    others = [subject for subject in subjects if subject.generated and not subject.on_line]
    linear = f"time linear in the size of generated modules within a factor {_LINEAR:g}"
    return [
        _worst(linear, straight, off, _LINEAR, "off by {0:.2f} at {1}"),
        *(
            Aim(
                f"{other.name}: at most {_OFF_LINE:g} times its size's line",
                f"{above(other):.2f}",
                above(other) <= _OFF_LINE,
            )
            for other in others
        ),
    ]


def _at_most(subject: Subject, other: str, factor: float) -> Aim:
    ratio = subject.seconds(NOGROW) / subject.seconds(other)
    return Aim(f"{subject.name}: at most {factor:g} times {other}", f"{ratio:.2f}", ratio <= factor)


def _times_faster(subject: Subject, other: str, factor: float) -> Aim:
    ratio = subject.seconds(other) / subject.seconds(NOGROW)
    words = f"{subject.name}: at least {factor:g} times faster than {other}"
    return Aim(words, f"{ratio:.0f}", ratio >= factor)


def is_refused(measured: Measured) -> bool:
    """Return whether the program failed on the module in any run.

    nogrow ends with 1 for a module that can grow. A Python that fails ends with 1 too, but it prints a
    message.
    """
    if measured.name.startswith(NOGROW):
        return not measured.exit_codes <= {0, 1} or measured.complaint != ""
    return measured.exit_codes != {0}


def _failure(subject: Subject) -> str:
    measured = subject.of(NOGROW)
    if measured is None:
        return "not measured"
    if subject.beyond_limits:
        return "" if measured.exit_codes == {4} else "judged beyond the limits of engines"
    codes = ", ".join(str(code) for code in sorted(measured.exit_codes))
    return f"exit code {codes} {measured.complaint}".rstrip() if is_refused(measured) else ""


def _memory_share(subject: Subject) -> float:
    measured = subject.of(NOGROW)
    return 0.0 if measured is None else measured.peak_bytes / bound_bytes(subject.size)


def _worst(
    words: str, subjects: Sequence[Subject], value: Callable[[Subject], float], limit: float, figures: str
) -> Aim:
    worst = max(subjects, key=value)
    return Aim(words, figures.format(value(worst), worst.name), value(worst) <= limit)
