"""Define `nogrow check`, which judges modules against the contract."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nogrow.cli.options import (
    Colour,
    Format,
    Output,
    Prefixes,
    common,
    contract_at,
    glue_in,
    pinned_in,
    require_single_module,
    with_dist,
    with_host_code,
    with_lock,
    with_sources,
)
from nogrow.cli.output import emit, progress, text_renderer
from nogrow.errors import UsageError
from nogrow.report.exit_code import exit_code

if TYPE_CHECKING:
    from nogrow.jshost.model import Glue


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
    help="Use up to N processes; the default is the number of cores.",
)
@click.option(
    "--source/--no-source",
    default=None,
    help="Look up source lines in debug information; the default is yes, except for text and json.",
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
    source: bool | None,
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

    PATH is a file, a folder or a glob; without PATH, every artifact of the contract is judged. Without a
    contract, every entry point must be absent or unreachable. Host code may not use a view of the memory
    after a call that may have detached it.
    """
    gate = None
    if dist or attest or attestation:
        from nogrow.cli.dist import gate_of

        gate = gate_of(paths, dist, attest, attestation)
    contract = contract_at(contract_path)
    from nogrow.contract.model import ViewRules
    from nogrow.contract.select import targets

    if gate and (locked or exact or lock_path):
        raise UsageError(
            "--dist and a lock cannot be combined: a lock is about built files; use --attestation"
        )
    pinned = pinned_in(lock_path, contract, locked=locked, exact=exact, whole=not paths)
    if pinned is not None and contract is None and not paths:
        paths = pinned.lock.files
    chosen = gate.targets(contract) if gate else targets(contract, paths)
    require_single_module(debug_info, len(chosen))
    read_ahead = None
    if len(chosen) == 1 and chosen[0].found and not gate:
        from nogrow.pipeline.read_ahead import ReadAhead

        read_ahead = ReadAhead(chosen[0].path, validate=validate)
    from nogrow.analysis.proof import judge
    from nogrow.pipeline.all_files import check as check_all
    from nogrow.util.background import cores

    # Without --js, the host code is searched for in the shipment, or beside the modules as `nogrow pin` does.
    own_glue: dict[str, tuple[Glue, ...]] = {}
    if gate and not glue:
        own_glue = gate.host_code(chosen)
    elif pinned is not None and not glue:
        from nogrow.pipeline.host_code import beside

        own_glue = beside(chosen)
    formats = {output.format for output in outputs}
    if source is None:
        source = not formats <= {Format.TEXT, Format.JSON} or debug_info is not None or bool(prefixes)
    wanted = None
    if source:
        from nogrow.source.lookup import Wanted

        wanted = Wanted(debug_info, prefixes)
    with progress() as watch:
        report = check_all(
            contract,
            chosen,
            judge=judge,
            glue=glue_in(glue),
            own_glue=own_glue,
            validate=validate,
            jobs=1 if read_ahead else jobs or cores(),
            digest=pinned is not None or Format.JSON in formats,
            lists_paths=formats != {Format.TEXT},
            source=wanted,
            pinned=pinned,
            read_ahead=read_ahead,
            views=ViewRules(strict, stale_length),
            watch=watch,
        )
    if gate:
        report = gate.closed(report)
    if not report.artifacts:
        click.echo("nogrow: nothing to check: give a PATH, or write nogrow.toml", err=True)
    emit(report, outputs, colour, text_renderer(quiet))
    if gate:
        gate.attest(report)
    ctx.exit(exit_code(report))
