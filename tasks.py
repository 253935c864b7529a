"""The project's habits, one command each; the work itself is done in `nogrow.build`."""

import shlex
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import task

from nogrow.build.bench import run_bench, run_comparison
from nogrow.build.builder import BuildTools, build_all
from nogrow.build.checks import Command, commands_of_lint, commands_of_test
from nogrow.build.console import announce, print_table
from nogrow.build.demo import run_demo
from nogrow.build.hostile import run_pathological
from nogrow.build.inspect import inspect_all
from nogrow.build.machine import Machine
from nogrow.build.toolchain import find_rust
from nogrow.build.verify import verify as verify_artifacts
from nogrow.errors import NogrowError

ROOT = Path(__file__).resolve().parent


@task
def setup(context: Context) -> None:
    """Find a Rust that can target WebAssembly, or install one, and say which and why."""
    with _plain_errors():
        _set_up()


@task
def build(context: Context) -> None:
    """Set up, then build every guest and kernel that is not up to date into build/."""
    with _plain_errors():
        result = build_all(ROOT, _set_up(), announce)
        rows = [
            (entry.path, f"{entry.size:,}", "built" if entry.path in result.built else "kept")
            for entry in result.manifest.entries
        ]
        print_table("built", ("artifact", "bytes", "this time"), rows)


@task
def inspect(context: Context) -> None:
    """List every memory.grow that wasm-objdump finds; listings go to build/inspect/."""
    with _plain_errors():
        rows = []
        for seen in inspect_all(ROOT, announce):
            for site in seen.sites:
                function = site.function_name or f"func[{site.function_index}]"
                rows.append((seen.artifact, function, f"0x{site.offset:x}"))
            if not seen.sites:
                rows.append((seen.artifact, "none", ""))
        print_table("memory.grow", ("artifact", "function", "offset"), rows)


@task
def verify(context: Context) -> None:
    """Judge every artifact against nogrow.toml; exits as `nogrow check` does."""
    with _plain_errors():
        code = verify_artifacts(ROOT)
    if code != 0:
        raise Exit(code=code)


@task
def test(context: Context) -> None:
    """Run the tests: Python, the crates on this machine, and the Node host's syntax."""
    with _plain_errors():
        _run(context, commands_of_test(ROOT, Machine.current()))


@task
def lint(context: Context) -> None:
    """Check format, style, types and the direction of imports."""
    with _plain_errors():
        _run(context, commands_of_lint())


@task
def demo(context: Context) -> None:
    """Run the Node host over every guest, with a kept view and with a watched one."""
    with _plain_errors():
        rows = run_demo(ROOT, Machine.current(), announce)
    print_table(
        "demo",
        ("guest", "--watch-growth", "exit code", "the host printed"),
        [(row.artifact, _yes(row.watch_growth), str(row.exit_code), row.output) for row in rows],
    )
    if any(row.watch_growth and row.exit_code != 0 for row in rows):
        raise Exit("the workaround did not help every guest", code=1)


@task(
    help={
        "check": "Measure nothing; compare grow sites and direct calls with other decoders'.",
        "pathological": "Measure modules that have a million of something instead.",
        "strict": "Exit with 1 when an aim is not met.",
        "rounds": "How often to measure; the medians are reported.",
    }
)
def bench(
    context: Context, check: bool = False, strict: bool = False, rounds: int = 5, pathological: bool = False
) -> None:
    """Measure nogrow on real and generated modules; the first time, this downloads the real ones."""
    with _plain_errors():
        if pathological:
            code = run_pathological(ROOT, rounds)
        else:
            code = run_comparison(ROOT) if check else run_bench(ROOT, rounds, strict=strict)
    if code != 0:
        raise Exit(code=code)


@task
def clean(context: Context) -> None:
    """Remove build/ and what cargo left in the crates."""
    for folder in (ROOT / "build", *sorted(ROOT.glob("crates/*/target"))):
        if folder.is_dir():
            announce(f"removing {folder.relative_to(ROOT)}/")
            shutil.rmtree(folder)


def _set_up() -> BuildTools:
    machine = Machine.current()
    choice = find_rust(machine, announce)
    announce(str(choice))
    return BuildTools.of(choice.rust, machine)


def _run(context: Context, commands: Sequence[Command]) -> None:
    with context.cd(str(ROOT)):
        for command in commands:
            line = shlex.join(command.words)
            announce(line)
            context.run(line, env=dict(command.environ))


def _yes(value: bool) -> str:
    return "yes" if value else "no"


@contextmanager
def _plain_errors() -> Iterator[None]:
    """End a user's mistake or a missing tool in its message and exit code 1, without traceback."""
    try:
        yield
    except NogrowError as error:
        raise Exit(str(error), code=1) from error
