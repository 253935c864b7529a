"""The project's habits, one command each: those of every project that nogrow builds, and its own."""

import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import Task, task
from tools.audit import audit as audit_pins
from tools.bench.hostile import run_pathological
from tools.bench.modules import run_bench, run_comparison
from tools.bench.views import run_bench_views
from tools.browser.browse import PICTURES, take_pictures
from tools.browser.chromium import chromium
from tools.browser.demo import Views, run_demo
from tools.browser.serve import serve as serve_page
from tools.checks import Command, commands_of_cover, commands_of_lint, commands_of_test
from tools.differ.readers import find_readers
from tools.differ.run import DISAGREEMENTS, Pair
from tools.differ.run import differ as run_differ
from tools.differ.run import write as write_disagreements
from tools.docs.build import build_docs
from tools.fuzz.run import CRASHES
from tools.fuzz.run import fuzz as run_fuzz
from tools.guards.assure import assure_all
from tools.pins import write_pins
from tools.suite.run import run_suite

from nogrow.invoke import collection, plain_errors
from nogrow.machine.machine import Machine
from nogrow.project.console import announce, print_table
from nogrow.project.project import open_project

ROOT = Path(__file__).resolve().parent


@task
def test(context: Context) -> None:
    """Run the tests: Python, the crates on this machine, the package of views, the Node host's syntax."""
    with plain_errors():
        _run(context, commands_of_test(open_project(ROOT), Machine.current()))


@task
def lint(context: Context) -> None:
    """Check format, style, types and the direction of imports."""
    with plain_errors():
        _run(context, commands_of_lint())


@task
def demo(context: Context) -> None:
    """Run the Node and the browser host over every guest, with each sort of view."""
    with plain_errors():
        shown = run_demo(ROOT, Machine.current(), announce)
    rows = [
        (row.artifact, row.host, row.views.value, "no" if row.failed else "yes", row.output)
        for row in shown.rows
    ]
    if shown.skipped is not None:
        rows.append(("all", "browser", "all", "skipped", shown.skipped))
    print_table("demo", ("guest", "host", "views", "greeted?", "what the host shows"), rows)
    if any(row.views is not Views.KEPT and row.failed for row in shown.rows):
        raise Exit("watched or live views did not help every guest", code=1)


@task
def pictures(context: Context) -> None:
    """Take the documentation's pictures of the browser host anew, into docs/images/."""
    with plain_errors(), chromium(Machine.current()) as browser:
        for path in take_pictures(ROOT, browser, ROOT / PICTURES):
            announce(f"took {path.relative_to(ROOT)}")


@task(help={"port": "Where to listen on 127.0.0.1; 0 takes any free port."})
def serve(context: Context, port: int = 8080) -> None:
    """Serve the browser host, with which one sees what detaching is, until Ctrl+C."""
    with plain_errors():
        serve_page(ROOT, port, announce)


@task(
    help={
        "check": "Measure nothing; compare grow sites and direct calls with other decoders'.",
        "pathological": "Measure modules that have a million of something instead.",
        "strict": "Exit with 1 when an aim is not met.",
        "rounds": "How often to measure; the medians are reported.",
        "views": "Measure access to memory through live and other views in Chromium instead.",
    }
)
def bench(
    context: Context,
    check: bool = False,
    strict: bool = False,
    rounds: int = 5,
    views: bool = False,
    pathological: bool = False,
) -> None:
    """Measure nogrow on real and generated modules; the first time, this downloads the real ones."""
    with plain_errors():
        if views:
            run_bench_views(ROOT, Machine.current(), rounds, announce)
            return
        if pathological:
            code = run_pathological(ROOT, rounds)
        else:
            code = run_comparison(ROOT) if check else run_bench(ROOT, rounds, strict=strict)
    if code != 0:
        raise Exit(code=code)


@task(
    help={
        "minutes": "How long in all.",
        "target": "One of the folders of tests/fuzz/corpus/; repeatable; by default all.",
    },
    iterable=["target"],
)
def fuzz(context: Context, target: Sequence[str], minutes: float = 1.0) -> None:
    """Feed changed inputs to everything that reads foreign bytes, guided by the code they reach."""
    with plain_errors():
        results = run_fuzz(ROOT, target, minutes, announce)
    print_table(
        "fuzz",
        ("target", "executions", "edges reached", "corpus", "outcome"),
        [
            (
                one.target,
                f"{one.executions:,}",
                f"{one.coverage:,}",
                str(one.corpus),
                "failed" if one.complaint else "passed",
            )
            for one in results
        ],
    )
    for one in results:
        if one.complaint:
            announce(f"{one.target}: {one.complaint}")
    if any(one.complaint for one in results):
        raise Exit(f"the inputs that failed are in {CRASHES}/", code=1)


@task(
    help={
        "minutes": "How long in all.",
        "seed": "Where the changes begin; the same seed makes the same archives.",
    },
)
def differ(context: Context, minutes: float = 1.0, seed: int = 0) -> None:
    """Change archives field by field, and compare what nogrow and other programs read in them."""
    with plain_errors():
        readers = find_readers()
        announce(f"{len(readers.there)} readers; not there: {', '.join(readers.absent) or 'none'}")
        done = run_differ(readers.there, seed, minutes=minutes)
        paths = write_disagreements(done.disagreements, ROOT / DISAGREEMENTS)
    print_table("readers", ("archives", *Pair._fields[1:]), [tuple(map(str, pair)) for pair in done.pairs])
    announce(
        f"{done.executions:,} archives made, {done.accepted:,} accepted, {len(done.pairs)} pairs of readers, "
        f"{minutes:g} minutes, {len(done.disagreements)} disagreements that pass"
    )
    for path, one in zip(paths, done.disagreements, strict=True):
        announce(f"{path.relative_to(ROOT)}: {one.reader}: {one.complaint}")
    if done.disagreements:
        raise Exit("an archive that nogrow accepts is read differently by another program", code=1)


@task
def cover(context: Context) -> None:
    """Test what decides under coverage; fails where a branch of it is not reached."""
    with plain_errors():
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
    words = [sys.executable, "-m", "tools.mutation", str(ROOT)]
    words += [*(("--module", module) if module else ()), *(("--kernel",) if kernel else ())]
    _run(context, [Command((*words, *(("--sample", str(sample)) if sample else ())))])


@task
def assure(context: Context) -> None:
    """Take away each guard in the table of guarantees, and see the test that holds it fail."""
    with plain_errors():
        rows = assure_all(ROOT, announce)
    print_table(
        "guards", ("guard", "test", "without it"), [(row.guard, row.test, row.outcome) for row in rows]
    )
    if not all(row.noticed for row in rows):
        raise Exit("a guard can go without a test that fails", code=1)


@task(help={"path": "A folder with *.wast files, such as a copy of WebAssembly/testsuite."})
def suite(context: Context, path: str) -> None:
    """Judge every module of a WebAssembly test suite; fails if one that is not valid gets a verdict."""
    with plain_errors():
        code = run_suite(Path(path), announce)
    if code:
        raise Exit(code=code)


@task(name="pin-deps")
def pin_deps(context: Context) -> None:
    """Resolve the requirements of development anew, into requirements-dev.txt with hashes."""
    with plain_errors():
        announce(f"wrote {write_pins(ROOT)}")


@task
def audit(context: Context) -> None:
    """Ask pip-audit for known holes in what is pinned; says so where its service can't be reached."""
    with plain_errors():
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
    with plain_errors():
        announce(f"open {build_docs(ROOT, announce)}")


@task
def clean(context: Context) -> None:
    """Remove build/ and what cargo left in the crates."""
    for folder in (ROOT / "build", *sorted(ROOT.glob("crates/*/target"))):
        if folder.is_dir():
            announce(f"removing {folder.relative_to(ROOT)}/")
            shutil.rmtree(folder)


def _run(context: Context, commands: Sequence[Command]) -> None:
    with context.cd(str(ROOT)):
        for command in commands:
            line = shlex.join(command.words)
            announce(line)
            context.run(line, env=dict(command.environ))


namespace = collection(ROOT)
for own in (
    *(assure, audit, bench, clean, cover, demo, differ, docs, fuzz, lint, mutate),
    *(pictures, pin_deps, serve, suite, test),
):
    namespace.add_task(cast("Task[Any]", own))
