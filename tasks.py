"""The project's habits, one command each; the work itself is done in `nogrow.build`."""

import shlex
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import task

from nogrow.build.assure import assure_all
from nogrow.build.audit import audit as audit_pins
from nogrow.build.bench import run_bench, run_comparison
from nogrow.build.builder import BuildTools, build_all
from nogrow.build.checks import Command, commands_of_cover, commands_of_lint, commands_of_test
from nogrow.build.console import announce, print_table
from nogrow.build.demo import run_demo
from nogrow.build.docs import build_docs
from nogrow.build.inspect import inspect_all
from nogrow.build.machine import Machine
from nogrow.build.pins import write_pins
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
        "strict": "Exit with 1 when an aim is not met.",
        "rounds": "How often to measure; the medians are reported.",
    }
)
def bench(context: Context, check: bool = False, strict: bool = False, rounds: int = 5) -> None:
    """Measure nogrow on real and generated modules; the first time, this downloads the real ones."""
    with _plain_errors():
        code = run_comparison(ROOT) if check else run_bench(ROOT, rounds, strict=strict)
    if code != 0:
        raise Exit(code=code)


@task
def cover(context: Context) -> None:
    """Test what decides under coverage; fails where a branch of it is not reached."""
    with _plain_errors():
        (ROOT / "build").mkdir(exist_ok=True)
        _run(context, commands_of_cover(ROOT))


@task(
    help={
        "module": "Mutate only the file whose path ends in this, for example proof/references.py.",
        "kernel": "Mutate the WebAssembly kernels instead of the Python modules.",
        "sample": "Try only so many mutants of each file, the same ones each time.",
    }
)
def mutate(context: Context, module: str = "", kernel: bool = False, sample: int = 0) -> None:
    """Change one thing at a time in what decides, and list the changes that no test notices; takes hours."""
    words = [sys.executable, "-m", "nogrow.build.mutation", str(ROOT)]
    words += [*(("--module", module) if module else ()), *(("--kernel",) if kernel else ())]
    _run(context, [Command((*words, *(("--sample", str(sample)) if sample else ())))])


@task
def assure(context: Context) -> None:
    """Take away each guard in the table of guarantees, and see the test that holds it fail."""
    with _plain_errors():
        rows = assure_all(ROOT, announce)
    print_table(
        "guards", ("guard", "test", "without it"), [(row.guard, row.test, row.outcome) for row in rows]
    )
    if not all(row.noticed for row in rows):
        raise Exit("a guard can go without a test that fails", code=1)


@task(name="pin-deps")
def pin_deps(context: Context) -> None:
    """Resolve the requirements of development anew, into requirements-dev.txt with hashes."""
    with _plain_errors():
        announce(f"wrote {write_pins(ROOT)}")


@task
def audit(context: Context) -> None:
    """Ask pip-audit for known holes in what is pinned; says so where its service can't be reached."""
    with _plain_errors():
        found = audit_pins(ROOT)
    if found.reason is not None:
        announce(f"skipped: no holes could be asked for: {found.reason}")
        return
    for line in found.complaints:
        announce(line)
    announce(f"{found.packages} packages audited, {len(found.complaints)} complaints")
    if found.complaints:
        raise Exit(code=1)


@task
def docs(context: Context) -> None:
    """Make the documents into pages in build/docs/, and write the command reference anew."""
    with _plain_errors():
        announce(f"open {build_docs(ROOT, announce)}")


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
