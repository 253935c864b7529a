"""This module defines the tasks that only this project has."""

import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import Task, task

from nogrow.invoke import plain_errors
from nogrow.machine.machine import Machine
from nogrow.project.console import announce, print_table
from nogrow.project.project import open_project
from tools.audit import audit as audit_pins
from tools.bench.host_code import run_bench_host
from tools.bench.hostile import run_pathological
from tools.bench.modules import run_bench, run_comparison
from tools.bench.page import write_page
from tools.bench.views import run_bench_views
from tools.browser.browse import PICTURES, take_pictures
from tools.browser.chromium import chromium
from tools.browser.demo import Views, run_demo
from tools.browser.serve import serve as serve_page
from tools.changed import changed_files, mirrors_of
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
from tools.toolchains.install import install as install_toolchains
from tools.toolchains.run import run_toolchains
from tools.toolchains.table import write_table

ROOT = Path(__file__).resolve().parents[1]


@task(
    help={
        "all": "Run the exhaustive tests as well: long random sets, more browsers and builds of examples.",
        "changed": "Run only the Python tests that mirror the files that differ from the last commit.",
    }
)
def test(context: Context, all: bool = False, changed: bool = False) -> None:  # noqa: PT028
    """Run the tests: Python, the crates, the package of views and the syntax of the Node host."""
    if all and changed:
        raise Exit("--all and --changed cannot be combined", code=2)
    with plain_errors():
        if not changed:
            _run(context, commands_of_test(open_project(ROOT), Machine.current(), exhaustive=all))
        elif tests := mirrors_of(ROOT, changed_files(ROOT)):
            _run(context, [Command((sys.executable, "-m", "pytest", "-q", *tests))])
        else:
            announce("no test mirrors a changed file: run `invoke test`")


@task
def lint(context: Context) -> None:
    """Check the format, the style, the types and the direction of imports."""
    with plain_errors():
        _run(context, commands_of_lint())


@task
def demo(context: Context) -> None:
    """Run every guest in the Node host and the browser host, with each kind of view."""
    with plain_errors():
        results = run_demo(ROOT, Machine.current(), announce)
    rows = [
        (
            row.case.artifact,
            "second" if row.case.warm else "first",
            row.host,
            row.views.value,
            "no" if row.failed else "yes",
            row.output,
        )
        for row in results.rows
    ]
    if results.skipped is not None:
        rows.append(("all", "all", "browser", "all", "skipped", results.skipped))
    print_table("demo", ("guest", "greeting", "host", "views", "greeted?", "output"), rows)
    if any(row.views is not Views.KEPT and row.failed for row in results.rows):
        raise Exit("a guest failed with watched or live views", code=1)


@task
def pictures(context: Context) -> None:
    """Take new pictures of the browser host for the documentation, into docs/images/."""
    with plain_errors(), chromium(Machine.current()) as browser:
        for path in take_pictures(ROOT, browser, ROOT / PICTURES):
            announce(f"took {path.relative_to(ROOT)}")


@task(help={"port": "The port on 127.0.0.1; 0 chooses a free one."})
def serve(context: Context, port: int = 8080) -> None:
    """Serve the browser host, which shows how a view is detached, until Ctrl+C."""
    with plain_errors():
        serve_page(ROOT, port, announce)


@task(
    help={
        "check": "Measure nothing; compare grow sites and direct calls with other decoders.",
        "host": "Measure the analysis of host code of npm packages instead.",
        "pathological": "Measure modules with a million items of one kind instead.",
        "strict": "Exit with 1 if a target is missed.",
        "rounds": "The number of measurements; their median is reported.",
        "views": "Measure access through live and other views in Chromium instead.",
    }
)
def bench(
    context: Context,
    check: bool = False,
    strict: bool = False,
    rounds: int = 5,
    views: bool = False,
    pathological: bool = False,
    host: bool = False,
) -> None:
    """Measure nogrow on generated modules and on real ones, which the first run downloads."""
    with plain_errors():
        if views:
            run_bench_views(ROOT, Machine.current(), rounds, announce)
            return
        if host:
            run_bench_host(ROOT, Machine.current(), rounds, announce)
            return
        if pathological:
            code = run_pathological(ROOT, rounds)
        else:
            code = run_comparison(ROOT) if check else run_bench(ROOT, rounds, strict=strict)
    if code != 0:
        raise Exit(code=code)


@task(
    help={
        "minutes": "The time in all.",
        "target": "A folder of tests/fuzz/corpus/; repeatable; by default all.",
    },
    iterable=["target"],
)
def fuzz(context: Context, target: Sequence[str], minutes: float = 1.0) -> None:
    """Fuzz every parser of untrusted input, guided by the coverage."""
    with plain_errors():
        results = run_fuzz(ROOT, target, minutes, announce)
    print_table(
        "fuzz",
        ("target", "executions", "edges reached", "corpus", "outcome"),
        [
            (
                result.target,
                f"{result.executions:,}",
                f"{result.coverage:,}",
                str(result.corpus),
                "failed" if result.complaint else "passed",
            )
            for result in results
        ],
    )
    for result in results:
        if result.complaint:
            announce(f"{result.target}: {result.complaint}")
    if any(result.complaint for result in results):
        raise Exit(f"the failing inputs are in {CRASHES}/", code=1)


@task(
    help={
        "minutes": "The time in all.",
        "seed": "The seed of the changes; the same seed makes the same archives.",
    },
)
def differ(context: Context, minutes: float = 1.0, seed: int = 0) -> None:
    """Mutate archives field by field, and compare what nogrow and other programs read in them."""
    with plain_errors():
        readers = find_readers()
        announce(f"{len(readers.there)} readers; missing: {', '.join(readers.absent) or 'none'}")
        result = run_differ(readers.there, seed, minutes=minutes)
        paths = write_disagreements(result.disagreements, ROOT / DISAGREEMENTS)
    print_table("readers", ("archives", *Pair._fields[1:]), [tuple(map(str, pair)) for pair in result.pairs])
    announce(
        f"{result.executions:,} archives made, {result.accepted:,} accepted, {len(result.pairs)} pairs of "
        f"readers, {minutes:g} minutes, {len(result.disagreements)} disagreements on accepted archives"
    )
    for path, disagreement in zip(paths, result.disagreements, strict=True):
        announce(f"{path.relative_to(ROOT)}: {disagreement.reader}: {disagreement.complaint}")
    if result.disagreements:
        raise Exit("another program reads an archive that nogrow accepts differently", code=1)


@task
def cover(context: Context) -> None:
    """Test the code that decides verdicts; fails if a branch is not covered."""
    with plain_errors():
        (ROOT / "build").mkdir(exist_ok=True)
        _run(context, commands_of_cover(ROOT))


@task(
    help={
        "module": "Mutate only the file whose path ends in this, for example analysis/escape.py.",
        "kernel": "Mutate the WebAssembly kernels instead of the Python modules.",
        "sample": "The number of mutants of each file, always the same ones.",
    }
)
def mutate(context: Context, module: str = "", kernel: bool = False, sample: int = 0) -> None:
    """Mutate the code that decides verdicts, and list the mutants that no test notices; takes hours."""
    words = [sys.executable, "-m", "tools.mutation", str(ROOT)]
    words += [*(("--module", module) if module else ()), *(("--kernel",) if kernel else ())]
    _run(context, [Command((*words, *(("--sample", str(sample)) if sample else ())))])


@task
def assure(context: Context) -> None:
    """Remove each guard in tests/guards.toml, and check that its test fails."""
    with plain_errors():
        rows = assure_all(ROOT, announce)
    print_table(
        "guards", ("guard", "test", "without it"), [(row.guard, row.test, row.outcome) for row in rows]
    )
    if not all(row.noticed for row in rows):
        raise Exit("a guard can be removed without a failing test", code=1)


@task(help={"path": "A folder with *.wast files, for example a copy of WebAssembly/testsuite."})
def suite(context: Context, path: str) -> None:
    """Judge every module of a WebAssembly test suite; fails if an invalid one gets a verdict."""
    with plain_errors():
        code = run_suite(Path(path), announce)
    if code:
        raise Exit(code=code)


@task(
    help={
        "no_install": "Install nothing; rows whose compiler is missing say so.",
        "only": "Run only the rows that contain this text, and leave the documentation as it is.",
    }
)
def toolchains(context: Context, no_install: bool = False, only: str = "") -> None:
    """Install compilers below build/, try every command on what they build, and document the results."""
    with plain_errors():
        if not no_install:
            for complaint in install_toolchains(ROOT, announce):
                announce(f"not installed: {complaint}")
        results = run_toolchains(ROOT, [only] if only else [], announce)
        if not only:
            announce(f"wrote {write_table(ROOT, results).relative_to(ROOT)}")
    failed = [tried for tried in results if tried.failures]
    announce(
        f"{len(results)} rows, {len(failed)} failed, {sum(bool(tried.problem) for tried in results)} not run"
    )
    if failed:
        raise Exit(code=1)


@task(name="pin-deps")
def pin_deps(context: Context) -> None:
    """Resolve the development requirements again, into requirements-dev.txt with hashes."""
    with plain_errors():
        announce(f"wrote {write_pins(ROOT)}")


@task
def audit(context: Context) -> None:
    """Check the pinned packages for known vulnerabilities with pip-audit."""
    with plain_errors():
        result = audit_pins(ROOT)
    if result.reason is not None:
        announce(f"skipped: the service of pip-audit gave no answer: {result.reason}")
        return
    for line in result.complaints:
        announce(line)
    announce(f"{result.packages} packages audited, {len(result.complaints)} vulnerabilities")
    if result.complaints:
        raise Exit(code=1)


@task
def docs(context: Context) -> None:
    """Build the documentation in build/docs/, and update the pages that are written by programs."""
    with plain_errors():
        write_page(ROOT)
        announce(f"open {build_docs(ROOT, announce)}")


@task
def clean(context: Context) -> None:
    """Remove build/ and the target folders of the crates."""
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


TASKS: Sequence["Task[Any]"] = tuple(
    cast("Task[Any]", own_task)
    for own_task in (
        *(assure, audit, bench, clean, cover, demo, differ, docs, fuzz, lint, mutate),
        *(pictures, pin_deps, serve, suite, test, toolchains),
    )
)
"""The tasks in this module; `clean` replaces the one that nogrow gives every project."""
