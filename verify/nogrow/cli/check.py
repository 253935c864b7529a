"""Define `nogrow check`, which judges modules against the contract."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nogrow.api.check import check as check_modules
from nogrow.cli.options import (
    Prefixes,
    common,
    with_dist,
    with_host_code,
    with_lock,
    with_sources,
)
from nogrow.cli.output import Colour, Output, progress, show, text_renderer
from nogrow.report.formats import Format

if TYPE_CHECKING:
    from nogrow.pipeline.cluster import Client


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@common
@with_host_code
@click.option(
    "--validate/--no-validate",
    default=True,
    help="Have wasmtime validate the modules; with --no-validate the report says `not validated`.",
)
@click.option(
    "--jobs",
    "-j",
    metavar="N",
    type=click.IntRange(min=1),
    help="Judge up to N modules at the same time; the default is the number of cores.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Have the workers of a Dask cluster judge the modules, such as tcp://host:8786; PATH may be a URL.",
)
@click.option(
    "--source/--no-source",
    default=None,
    help="Look up source lines in debug information; the default is yes, except for text and json.",
)
@click.option(
    "--all",
    "every",
    is_flag=True,
    help="List every entry point that breaks the contract, also where many share a cause.",
)
@click.option(
    "--sarif-per-entry",
    is_flag=True,
    help="In SARIF, report each entry point that breaks the contract, not the causes that many share.",
)
@with_sources
@with_lock
@with_dist
@click.pass_context
def check(
    ctx: click.Context,
    paths: tuple[str, ...],
    contract_path: Path | None,
    outputs: tuple[Output, ...],
    quiet: bool,
    colour: Colour,
    glue: tuple[Path, ...],
    strict: bool,
    stale_length: bool,
    validate: bool,
    jobs: int | None,
    scheduler: str | None,
    source: bool | None,
    every: bool,
    sarif_per_entry: bool,
    debug_info: str | None,
    prefixes: Prefixes,
    locked: bool,
    exact: bool,
    lock_path: Path | None,
    dist: tuple[str, ...],
    attest: Path | None,
    attestation: Path | None,
) -> None:
    """Judge modules and their host code against the contract.

    PATH is a file, a folder or a glob; without PATH, every artifact of the contract is judged. A module that
    is written in a script or a page, as base64 or a data URL, is judged there as FILE!ENCODING. Without a
    contract, every entry point must be absent or unreachable. Host code may not use a view of the memory
    after a call that may have detached it.
    """
    if dist or attest or attestation:
        from nogrow.cli.dist import require_usable

        require_usable(paths, dist, attest, attestation, has_lock=locked or exact or lock_path is not None)
    formats = {output.format for output in outputs}
    if source is None and not formats <= {Format.TEXT, Format.JSON}:
        source = True
    with _connected(scheduler) as client, progress() as watch:
        report = check_modules(
            paths,
            contract=contract_path,
            js=glue,
            strict=strict,
            stale_length=stale_length,
            validate=validate,
            jobs=jobs,
            locked=locked,
            exact=exact,
            lock=lock_path,
            dist=dist,
            attestation=attestation,
            source=source,
            debug_info=debug_info,
            path_prefixes=prefixes,
            digest=Format.JSON in formats,
            list_paths=formats != {Format.TEXT},
            progress=watch,
            client=client,
        )
    per_entry = {Format.SARIF} if sarif_per_entry else set[Format]()
    show(report, outputs, colour, text_renderer(quiet, every=every), per_entry)
    if attest:
        from nogrow.cli.dist import write_statement

        write_statement(report, attest)
    ctx.exit(report.exit_code)


def _connected(scheduler: str | None) -> "AbstractContextManager[Client | None]":
    if scheduler is None:
        return nullcontext()
    from nogrow.cli.scheduler import connected

    return connected(scheduler)
