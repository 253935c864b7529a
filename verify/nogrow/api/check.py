"""Judge modules and their host code against a contract: what `nogrow check` does."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nogrow.api.inputs import AnyContract, StrPath, contract_at, host_code_at, path_of, paths_of, pinned_in
from nogrow.errors import UsageError

if TYPE_CHECKING:
    from nogrow.baseline.regressions import Pinned
    from nogrow.contract.model import Contract
    from nogrow.contract.select import Target
    from nogrow.jshost.model import Glue
    from nogrow.pipeline.cluster import Client
    from nogrow.pipeline.read_ahead import ReadAhead
    from nogrow.report.model import Report
    from nogrow.shipping.shipment_check import ShipmentCheck
    from nogrow.source.lookup import Wanted


def check(
    paths: StrPath | Iterable[StrPath] = (),
    *,
    contract: AnyContract = None,
    js: StrPath | Iterable[StrPath] = (),
    strict: bool = False,
    stale_length: bool = False,
    validate: bool = True,
    jobs: int | None = None,
    locked: bool = False,
    exact: bool = False,
    lock: StrPath | None = None,
    dist: StrPath | Iterable[StrPath] = (),
    attestation: StrPath | None = None,
    source: bool | None = None,
    debug_info: StrPath | None = None,
    path_prefixes: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    digest: bool = True,
    list_paths: bool = True,
    progress: Callable[[int, int], None] | None = None,
    client: "Client | None" = None,
) -> "Report":
    """Judge modules and their host code against a contract, as `nogrow check` does.

    - `paths` are files, folders or globs; without any, every artifact of the contract is judged.
    - `contract` is the contract file, or its contents as data. The default is `nogrow.toml` in the working
      folder; without that file, every entry point must be absent or unreachable.
    - `js` are files or folders with JavaScript host code. `strict` and `stale_length` are the options of the
      same names.
    - `validate` False leaves out wasmtime's validation. `jobs` limits how many modules are judged at a time.
    - `locked`, `exact` and `lock` compare with the lock file, as the options do.
    - `dist` are shipped files, archives and folders, instead of `paths`; `attestation` is the statement that
      the shipment is compared with.
    - `source` looks up source lines in debug information, which `debug_info` names if the module has none.
      `path_prefixes` are replaced in source paths. The default is to look them up if either is given.
    - `digest` False leaves out the digests of the files, `list_paths` False accepts modules with more paths
      than the formats other than text can list.
    - `progress` is called with the numbers of finished files and of all files.
    - `client` is a `distributed.Client`: the workers of its Dask cluster judge the modules. Then `paths` may
      also be URLs that fsspec opens.

    Raises `nogrow.Error` for wrong arguments and for a contract or lock that is wrong. A module that can't be
    judged is no error: the report says so.

    >>> report = nogrow.check("quiet.wasm")
    >>> report.outcome.value, int(report.exit_code)
    ('kept', 0)
    >>> print(report.render("text"))
    kept: quiet.wasm: absent, 0 grow sites
       = assumption: the host itself does not grow memory 0, exported as 'memory'
    checked 1 module: 1 kept
    <BLANKLINE>
    """
    selected, named, shipped = paths_of(paths, "paths"), paths_of(js, "js"), paths_of(dist, "dist")
    lock_path = None if lock is None else Path(path_of(lock, "lock"))
    statement = None if attestation is None else Path(path_of(attestation, "attestation"))
    _require_compatible(selected, shipped, statement, has_lock=locked or exact or lock is not None)
    if jobs is not None and (not isinstance(jobs, int) or jobs < 1):
        raise UsageError(f"jobs: expected a number of at least 1, not {jobs!r}")
    if client is not None and jobs is not None:
        raise UsageError(
            "jobs and a cluster cannot be combined: the cluster says how many it judges at a time"
        )
    if shipped and isinstance(contract, Mapping):
        raise UsageError("dist: the contract must be a file, whose digest is part of the statement")
    rules = contract_at(contract)
    pinned = pinned_in(lock_path, rules, locked=locked, exact=exact, whole=not selected)
    if pinned is not None and rules is None and not selected:
        selected = pinned.lock.files
    shipment = _shipment(shipped, statement, rules)
    chosen = _targets(shipment, rules, selected, in_cluster=client is not None)
    embedded: Mapping[str, Sequence[Glue]] = {}
    if shipment is None and client is None and not all(target.path.endswith(".wasm") for target in chosen):
        # Imported here, because most targets are modules.
        from nogrow.pipeline.embedded_modules import with_embedded

        chosen, embedded = with_embedded(chosen)
    require_single_module(debug_info, len(chosen))
    read_ahead = None if shipment or client else _read_ahead(chosen, validate=validate)
    if source is None:
        source = debug_info is not None or bool(path_prefixes)
    looked_up = wanted(debug_info, path_prefixes) if source else None
    from nogrow.analysis.proof import judge
    from nogrow.contract.model import ViewRules
    from nogrow.pipeline.all_files import check as check_all
    from nogrow.util.background import cores

    report = check_all(
        rules,
        chosen,
        judge=judge,
        glue=host_code_at(named),
        own_glue={} if named else {**embedded, **_own_host_code(chosen, shipment, pinned)},
        validate=validate,
        jobs=1 if read_ahead else jobs or cores(),
        digest=digest or pinned is not None,
        lists_paths=list_paths,
        source=looked_up,
        pinned=pinned,
        read_ahead=read_ahead,
        views=ViewRules(strict, stale_length),
        watch=progress,
        client=client,
    )
    if isinstance(contract, Mapping):
        # There is no file whose lines a format could show.
        report = report._replace(contract=None)
    return shipment.closed(report) if shipment else report


def _require_compatible(
    paths: Sequence[str], dist: Sequence[str], attestation: Path | None, *, has_lock: bool
) -> None:
    """Raise `UsageError` for arguments that cannot be combined."""
    if attestation is not None and not dist:
        raise UsageError("attestation: this argument needs dist")
    if dist and paths:
        raise UsageError("paths and dist cannot be combined")
    if dist and has_lock:
        raise UsageError(
            "dist and a lock cannot be combined: a lock is about built files; use an attestation"
        )


def _shipment(
    dist: Sequence[str], attestation: Path | None, contract: "Contract | None"
) -> "ShipmentCheck | None":
    if not dist:
        return None
    from nogrow.shipping.shipment_check import ShipmentCheck

    return ShipmentCheck(dist, attestation, contract)


def _targets(
    shipment: "ShipmentCheck | None", contract: "Contract | None", paths: Sequence[str], *, in_cluster: bool
) -> "tuple[Target, ...]":
    if shipment is not None:
        return shipment.targets
    from nogrow.contract.select import targets

    if not any("://" in path for path in paths):
        return targets(contract, paths)
    from nogrow.pipeline.urls import is_url, targets_at

    urls = [path for path in paths if is_url(path)]
    if urls and not in_cluster:
        raise UsageError(f"{urls[0]}: URLs are opened with a cluster only: use `client`, or --scheduler")
    local = [path for path in paths if path not in urls]
    at_urls = [target for url in dict.fromkeys(urls) for target in targets_at(url)]
    by_path = {target.path: target for target in (*at_urls, *(targets(contract, local) if local else ()))}
    return tuple(by_path[path] for path in sorted(by_path))


def _read_ahead(targets: "Sequence[Target]", *, validate: bool) -> "ReadAhead | None":
    """Begin to judge a single file, before the modules are imported that do the rest."""
    if len(targets) != 1 or not targets[0].found or targets[0].data is not None:
        return None
    from nogrow.pipeline.read_ahead import ReadAhead

    return ReadAhead(targets[0].path, validate=validate)


def _own_host_code(
    targets: "Sequence[Target]", shipment: "ShipmentCheck | None", pinned: "Pinned | None"
) -> "Mapping[str, Sequence[Glue]]":
    """Return the host code that is found by itself: in the shipment, or beside modules that are pinned."""
    if shipment is not None:
        return shipment.host_code(targets)
    if pinned is None:
        return {}
    from nogrow.pipeline.host_code import beside

    return beside(targets)


def wanted(
    debug_info: StrPath | None, path_prefixes: Mapping[str, str] | Iterable[tuple[str, str]]
) -> "Wanted":
    """Return which debug information to look up source lines in."""
    from nogrow.source.lookup import Wanted

    prefixes = path_prefixes.items() if isinstance(path_prefixes, Mapping) else path_prefixes
    return Wanted(None if debug_info is None else path_of(debug_info, "debug_info"), tuple(prefixes))


def require_single_module(debug_info: StrPath | None, count: int) -> None:
    """Raise `UsageError` if debug information is named, but several modules (`count`) are checked."""
    if debug_info is not None and count > 1:
        raise UsageError(f"the debug information {debug_info} needs a single module, not {count}")
