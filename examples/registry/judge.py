"""Judge the WebAssembly in packages of an npm registry with a Dask cluster, and write Parquet files."""

import argparse
import base64
import hashlib
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlsplit

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
from distributed import Client, KilledWorker, LocalCluster, as_completed

import nogrow
from nogrow.archives.archive import Module as ShippedModule
from nogrow.archives.archive import contents
from nogrow.archives.unpack_limits import Budget, Limits, UnsafeArchiveError

LARGEST_TARBALL = 512 << 20
LARGEST_ANSWER = 16 << 20
CHUNK = 1 << 20
# A file of Parquet for so many packages, so that an interruption loses few of them.
PACKAGES_A_FILE = 50
TASKS_A_THREAD = 4
KILLED = "each worker that judged it was ended"

PACKAGE_COLUMNS = pa.schema(
    [
        ("requested", pa.string()),
        ("name", pa.string()),
        ("version", pa.string()),
        ("sha512", pa.string()),
        ("bytes", pa.int64()),
        ("modules", pa.int32()),
        ("fetch_seconds", pa.float64()),
        ("judge_seconds", pa.float64()),
        ("cpu_seconds", pa.float64()),
        ("problem", pa.string()),
    ]
)
MODULE_COLUMNS = pa.schema(
    [
        ("package", pa.string()),
        ("version", pa.string()),
        ("path", pa.string()),
        ("sha256", pa.string()),
        ("bytes", pa.int64()),
        ("verdict", pa.string()),
        ("visible_verdict", pa.string()),
        ("entries", pa.int32()),
        ("growing_entries", pa.int32()),
        ("sites", pa.int32()),
        ("seconds", pa.float64()),
        ("reason", pa.string()),
    ]
)


@dataclass(frozen=True)
class Package:
    """A package and what became of it: a row of the table of packages."""

    requested: str
    name: str
    version: str | None = None
    sha512: str | None = None
    bytes: int | None = None
    modules: int | None = None
    fetch_seconds: float | None = None
    judge_seconds: float | None = None
    cpu_seconds: float | None = None
    problem: str | None = None


@dataclass(frozen=True)
class Module:
    """A module of a package with its verdict: a row of the table of modules."""

    package: str
    version: str
    path: str
    sha256: str
    bytes: int
    verdict: str | None = None
    visible_verdict: str | None = None
    entries: int | None = None
    growing_entries: int | None = None
    sites: int | None = None
    seconds: float | None = None
    reason: str | None = None


class FetchError(Exception):
    """A package that cannot be fetched; the message says why."""


def judged(requested: str, registry: str) -> tuple[Package, list[Module]] | str:
    """Fetch a package, and return it with the verdicts of its modules, or why it could not be fetched."""
    name, version = split(requested)
    begun = time.perf_counter()
    try:
        version, data = downloaded(name, version, registry)
    # The errors of HTTP clients have no common class, and cannot always be sent from process to process.
    except Exception as error:  # noqa: BLE001
        return f"{type(error).__name__}: {error}"
    received, cpu = time.perf_counter(), time.process_time()
    problem, modules = None, []
    try:
        found = contents("package.tgz", data, Budget(Limits(), len(data))).modules
    except UnsafeArchiveError as error:
        problem = ": ".join((*error.members, error.reason))
    else:
        modules = list(rows(found, name, version))
    package = Package(
        requested=requested,
        name=name,
        version=version,
        sha512=hashlib.sha512(data).hexdigest(),
        bytes=len(data),
        modules=len(modules),
        fetch_seconds=received - begun,
        judge_seconds=time.perf_counter() - received,
        # Those of the whole process, so a worker should have one thread.
        cpu_seconds=time.process_time() - cpu,
        problem=problem,
    )
    return package, modules


def rows(modules: tuple[ShippedModule, ...], package: str, version: str) -> Iterator[Module]:
    """Yield a row for each module of a package."""
    if not modules:
        return
    with nogrow.Prover() as prover:
        for module in modules:
            begun = time.perf_counter()
            row = Module(package, version, "!".join(module.members), module.sha256, len(module.data))
            try:
                proof = prover.prove(module.data)
            except nogrow.Error as error:
                row = replace(row, reason=str(error).removeprefix("<bytes>: "))
            else:
                row = replace(
                    row,
                    verdict=proof.verdict.label,
                    visible_verdict=proof.visible_verdict.label,
                    entries=len(proof),
                    growing_entries=sum(entry.verdict.grows for entry in proof),
                    sites=len(proof.sites),
                )
            yield replace(row, seconds=time.perf_counter() - begun)


def downloaded(name: str, version: str, registry: str) -> tuple[str, bytes]:
    """Return the exact version and the archive of a package."""
    address = f"{registry.rstrip('/')}/{quote(name, safe='@')}/{quote(version)}"
    answer = json.loads(fetched(address, LARGEST_ANSWER))
    dist, tarball = answer["dist"], str(answer["dist"]["tarball"])
    if urlsplit(tarball)[:2] != urlsplit(registry)[:2]:
        raise FetchError(f"the archive is not in the registry, but at {tarball}")
    data = fetched(tarball, LARGEST_TARBALL)
    expected = dist.get("integrity", "")
    if expected.startswith("sha512-") and base64.b64decode(expected[7:]) != hashlib.sha512(data).digest():
        raise FetchError("the archive is not the one that the registry describes")
    return str(answer["version"]), data


def fetched(url: str, most: int) -> bytes:
    """Return what is at the URL; raises `FetchError` for more than `most` bytes."""
    data = bytearray()
    with fsspec.open(url, "rb", block_size=0) as file:
        while chunk := file.read(CHUNK):
            data += chunk
            if len(data) > most:
                raise FetchError(f"more than {most:,} bytes at {url}")
    return bytes(data)


def split(requested: str) -> tuple[str, str]:
    """Return the name and the version of `NAME`, `NAME@VERSION` or `@SCOPE/NAME@VERSION`."""
    name, _, version = requested[1:].partition("@")
    return requested[:1] + name, version or "latest"


class Results:
    """The Parquet files in the output folder, to which each run adds."""

    def __init__(self, folder: Path) -> None:
        """Read which packages are done; a file of modules without its file of packages is not complete."""
        self._packages, self._modules = folder / "packages", folder / "modules"
        for part in (self._packages, self._modules):
            part.mkdir(parents=True, exist_ok=True)
        complete = {file.name for file in self._packages.glob("*.parquet")}
        for file in self._modules.glob("*.parquet"):
            if file.name not in complete:
                file.unlink()
        self.done: set[str] = set()
        for name in complete:
            self.done.update(pq.read_table(self._packages / name, columns=["requested"])[0].to_pylist())
        self._next = len(complete)
        self._rows: list[tuple[Package, list[Module]]] = []

    def add(self, package: Package, modules: list[Module]) -> None:
        """Keep the rows, and write them when there are enough."""
        self._rows.append((package, modules))
        if len(self._rows) >= PACKAGES_A_FILE:
            self.write()

    def write(self) -> None:
        """Write the rows that are kept."""
        if not self._rows:
            return
        modules = [asdict(module) for _, of_package in self._rows for module in of_package]
        packages = [asdict(package) for package, _ in self._rows]
        while (self._packages / f"{self._next:06}.parquet").exists():
            self._next += 1
        for folder, rows, columns in (
            (self._modules, modules, MODULE_COLUMNS),
            (self._packages, packages, PACKAGE_COLUMNS),
        ):
            file = folder / f"{self._next:06}.parquet"
            pq.write_table(pa.Table.from_pylist(rows, columns), file.with_suffix(".part"))
            file.with_suffix(".part").replace(file)
        self.done.update(package.requested for package, _ in self._rows)
        self._rows.clear()
        print(f"{len(self.done)} packages are judged", file=sys.stderr)


def run(client: Client, registry: str, names: list[str], results: Results) -> list[str]:
    """Judge the packages, and return a line about each one that could not be fetched."""
    failures: list[str] = []
    waiting = iter(name for name in dict.fromkeys(names) if name not in results.done)
    names_of = {}
    under_way = as_completed()

    def submit() -> None:
        for name in waiting:
            future = client.submit(judged, name, registry, pure=False, retries=1)
            names_of[future] = name
            under_way.add(future)
            return

    for _ in range(TASKS_A_THREAD * max(1, sum(client.nthreads().values()))):
        submit()
    for future in under_way:
        name = names_of.pop(future)
        error = future.exception() if future.status == "error" else None
        result = future.result() if future.status == "finished" else f"{type(error).__name__}: {error}"
        if isinstance(error, KilledWorker):
            results.add(Package(name, split(name)[0], problem=KILLED), [])
        elif isinstance(result, str):
            failures.append(f"{name}: {result}".partition("\n")[0])
        else:
            results.add(*result)
        submit()
    return failures


def main() -> int:
    """Judge the packages that the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", type=Path, help="a file of lines NAME or NAME@VERSION")
    parser.add_argument("output", type=Path, help="the folder for the results; nothing else is written")
    parser.add_argument(
        "--registry", help="the address of the registry; npm's configuration names the default"
    )
    parser.add_argument("--scheduler", help="the address of a Dask scheduler; the default is a local cluster")
    parser.add_argument("--workers", type=int, default=2, help="the processes of the local cluster")
    arguments = parser.parse_args()
    names = [line.strip() for line in arguments.names.read_text().splitlines() if line.strip()]
    registry = arguments.registry or npm_registry()
    results = Results(arguments.output)
    with ExitStack() as stack:
        scheduler = arguments.scheduler
        if scheduler is None:
            scratch = stack.enter_context(TemporaryDirectory(prefix="scratch-", dir=arguments.output))
            scheduler = stack.enter_context(
                LocalCluster(
                    n_workers=arguments.workers,
                    threads_per_worker=1,
                    local_directory=scratch,
                    dashboard_address=":0",
                )
            )
        client = stack.enter_context(Client(scheduler))
        begun = time.monotonic()
        before = len(results.done)
        try:
            failures = run(client, registry, names, results)
        finally:
            results.write()
        seconds = time.monotonic() - begun
    for line in failures:
        print(line, file=sys.stderr)
    print(f"{before} packages were judged before; this run took {seconds:.0f} seconds")
    return 1 if failures else 0


def npm_registry() -> str:
    """Return the registry that npm uses."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("judge.py: npm is not on the PATH; name the registry with --registry URL")
    # npm is the program that the user installed.
    done = subprocess.run([npm, "config", "get", "registry"], capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
