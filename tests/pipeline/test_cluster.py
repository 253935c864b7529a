import io
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import nogrow
from nogrow.analysis.judgement import Judgement
from nogrow.analysis.proof import judge
from nogrow.analysis.surroundings import Surroundings
from nogrow.cli import scheduler
from nogrow.contract.model import ArtifactContract
from nogrow.contract.select import Target, targets
from nogrow.errors import UsageError
from nogrow.pipeline import cluster, worker
from nogrow.pipeline.all_files import check
from nogrow.pipeline.cluster import Client
from nogrow.pipeline.pipeline import Judge
from nogrow.pipeline.urls import is_shared, is_url, targets_at
from nogrow.report import as_json
from nogrow.report.model import Report
from nogrow.source.lookup import Wanted
from nogrow.wasm.runtime import Engine
from tests.support import program
from tests.support.modules import GROWING, QUIET, UNUSED, assemble, write_cut_module, write_module

if TYPE_CHECKING:
    from distributed import Client as DaskClient

distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
Trust = Callable[[str], bool]
dask = pytest.importorskip("dask")
COUNT = 12
DEADLY = assemble('(module (memory 1) (func (export "deadly")))')
# A module's death is counted once, not four times, so that the tests wait for few restarts.
FEW_FAILURES = {"distributed.scheduler.allowed-failures": 0}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    level = logging.getLogger("distributed").level
    logging.getLogger("distributed").setLevel(logging.CRITICAL + 1)
    with (
        dask.config.set(FEW_FAILURES),
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as processes,
        distributed.Client(processes, set_as_default=False) as connected,
    ):
        yield accepted(connected)
    logging.getLogger("distributed").setLevel(level)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(COUNT):
        write_module(tmp_path / f"{number:02}.wasm", (QUIET, UNUSED, GROWING)[number % 3])
    write_cut_module(tmp_path / "cut.wasm", QUIET)
    return tmp_path


def killing(
    flag: Path | None, data: bytes, trusts: Trust, engine: Engine | None, surroundings: Surroundings
) -> Judgement:
    """Judge a module, but end the process instead at `DEADLY`; with `flag`, only the first time."""
    if data == DEADLY:
        try:
            if flag is not None:
                flag.touch(exist_ok=False)
            os._exit(1)
        except FileExistsError:
            pass
    return judge(data, trusts, engine, surroundings)


def failing(data: bytes, trusts: Trust, engine: Engine | None, surroundings: Surroundings) -> Judgement:
    if data == DEADLY:
        raise RuntimeError("a fault\nwith details")
    return judge(data, trusts, engine, surroundings)


def slow(data: bytes, trusts: Trust, engine: Engine | None, surroundings: Surroundings) -> Judgement:
    time.sleep(0.2)
    return judge(data, trusts, engine, surroundings)


def accepted(client: "DaskClient") -> Client:
    """Show the type checker that functions for a client accept Dask's."""
    checked: Client = client
    return checked


def written(report: Report) -> str:
    stream = io.StringIO()
    as_json.render(report, stream)
    return stream.getvalue()


def alike(
    chosen: Sequence[Target], client: Client, used: Judge = judge, source: Wanted | None = None
) -> Report:
    """Return the report of the cluster, which has to be the local one."""
    report = check(None, chosen, judge=used, source=source, client=client)
    assert written(report) == written(check(None, chosen, judge=judge, source=source))
    return report


def test_cluster_reports_what_one_process_reports(folder: Path, client: Client) -> None:
    told: list[tuple[int, int]] = []
    chosen = targets(None, [str(folder), str(folder / "missing.wasm")])
    assert len(alike(chosen, client).artifacts) == COUNT + 2
    check(None, chosen, judge=judge, client=client, watch=lambda done, total: told.append((done, total)))
    assert told[-1] == (len(chosen), len(chosen))
    assert told == sorted(told)


def test_relative_paths_work_in_any_folder_of_a_worker(
    folder: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    report = alike(targets(None, ["."]), client, source=Wanted())
    assert report.artifacts[0].path == "00.wasm"


def test_killed_worker_loses_nothing(folder: Path, client: Client) -> None:
    (folder / "05a.wasm").write_bytes(DEADLY)
    flag = folder / "flag"
    alike(targets(None, [str(folder)]), client, partial(killing, flag))
    assert flag.exists()


def test_module_that_kills_workers_is_not_judged(folder: Path, client: Client) -> None:
    (folder / "05a.wasm").write_bytes(DEADLY)
    chosen = targets(None, [str(folder)])
    report = check(None, chosen, judge=partial(killing, None), client=client)
    others = [artifact for artifact in report.artifacts if not artifact.path.endswith("05a.wasm")]
    local = check(None, [target for target in chosen if not target.path.endswith("05a.wasm")], judge=judge)
    assert written(report._replace(artifacts=tuple(others))) == written(local)
    (lost,) = (artifact for artifact in report.artifacts if artifact not in others)
    assert lost.violations[0].message == f"{lost.path}: {cluster.KILLED}"
    assert report.exit_code == 4


def test_fault_in_a_worker_loses_one_module(folder: Path, client: Client) -> None:
    (folder / "05a.wasm").write_bytes(DEADLY)
    report = check(None, targets(None, [str(folder)]), judge=failing, client=client)
    (lost,) = (artifact for artifact in report.artifacts if artifact.path.endswith("05a.wasm"))
    assert lost.violations[0].message.endswith(
        "internal error in a worker of the cluster: RuntimeError: a fault"
    )
    assert sum(artifact.judgement is not None for artifact in report.artifacts) == COUNT


def test_other_file_at_the_same_path_is_not_judged(folder: Path) -> None:
    path = folder / "00.wasm"
    file = worker.LocalFile(str(path), worker.state_of(str(path)))
    assert worker.contents(file) == path.read_bytes()
    # Equal bytes and times do not make a copy the same file.
    copy = folder / "copy"
    copy.write_bytes(path.read_bytes())
    os.utime(copy, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    copy.replace(path)
    assert worker.contents(file) is None


def test_bytes_are_sent_where_workers_do_not_see_the_file(
    folder: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "state_of", lambda path: (1, 2, 3, 4))
    alike(targets(None, [str(folder)]), client)


def test_file_that_nobody_can_read_is_reported_as_local(folder: Path, client: Client) -> None:
    (folder / "00a.wasm").mkdir()
    (folder / "03.wasm").unlink()
    paths = sorted(folder.glob("*.wasm"))
    alike([Target(str(path), ArtifactContract()) for path in (*paths, folder / "03.wasm")], client)


def test_bytes_that_were_read_already_are_sent(client: Client) -> None:
    alike([Target("a.whl!a.wasm", ArtifactContract(), data=assemble(GROWING))], client)


def test_other_version_in_a_worker_is_one_line(
    folder: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "__version__", "0.0.9")
    with pytest.raises(UsageError, match=rf"^a worker of the cluster has nogrow {nogrow.__version__}, not"):
        check(None, targets(None, [str(folder)]), judge=judge, client=client)


def test_worker_without_nogrow_is_one_line(
    folder: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = b"cnogrow.missing\nfunction\n."
    monkeypatch.setattr(cluster, "call_of", lambda *_: missing)
    with pytest.raises(
        UsageError, match=r"^a worker of the cluster cannot run nogrow [0-9.]+: No module named"
    ):
        check(None, targets(None, [str(folder)]), judge=judge, client=client)


def test_cluster_without_workers_is_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "SECONDS_WITHOUT_WORKERS", 0.1)
    monkeypatch.setattr(cluster, "_SECONDS_BETWEEN_LOOKS", 0.05)
    with (
        distributed.LocalCluster(n_workers=0, processes=False, dashboard_address=":0") as empty,
        distributed.Client(empty, set_as_default=False) as connected,
        pytest.raises(UsageError, match="no worker"),
    ):
        check(None, targets(None, [str(folder)]), judge=judge, client=connected)


def test_interruption_cancels_tasks(folder: Path, client: Client) -> None:
    def interrupt(done: int, total: int) -> None:
        if done > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check(None, targets(None, [str(folder)]), judge=slow, client=client, watch=interrupt)
    deadline = time.monotonic() + 5
    while vars(client)["futures"] and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not vars(client)["futures"]


def test_function_and_command_use_the_cluster(folder: Path, client: Client) -> None:
    local = program.nogrow("check", str(folder), "--format", "json", folder=folder)
    address = vars(client)["scheduler"].address
    spread = program.nogrow("check", str(folder), "--format", "json", "--scheduler", address, folder=folder)
    assert (spread.code, spread.out, spread.err) == (local.code, local.out, "")
    report = nogrow.check(folder, client=client)
    assert (report.exit_code, len(report.artifacts)) == (local.code, COUNT + 1)


def test_cluster_and_jobs_cannot_be_combined(folder: Path, client: Client) -> None:
    with pytest.raises(UsageError, match=r"^jobs and a cluster cannot be combined"):
        nogrow.check(folder, client=client, jobs=2)


def test_url_without_a_cluster_is_refused() -> None:
    with pytest.raises(UsageError, match=r"^s3://bucket/a\.wasm: URLs are opened with a cluster only"):
        nogrow.check("s3://bucket/a.wasm")


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nowhere", "http://127.0.0.1:1", ""])
def test_scheduler_out_of_reach_is_one_line(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "disable", lambda: None)
    monkeypatch.setattr(scheduler, "SECONDS_TO_CONNECT", 0.3)
    with pytest.raises(UsageError, match=r"^--scheduler: .+$"), scheduler.connected(address):
        pass


def test_program_that_is_no_scheduler_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "disable", lambda: None)
    monkeypatch.setattr(scheduler, "SECONDS_TO_CONNECT", 0.3)
    monkeypatch.setattr(scheduler, "_SECONDS_MORE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(UsageError, match=r"^--scheduler: .+$"), scheduler.connected(address):
            pass


def test_files_in_the_memory_of_the_client_are_sent(client: Client) -> None:
    fsspec = pytest.importorskip("fsspec")
    with fsspec.open("memory://modules/a.wasm", "wb") as file:
        file.write(assemble(GROWING))
    (target,) = targets_at("memory://modules/*.wasm")
    (artifact,) = check(None, [target], judge=judge, client=client).artifacts
    assert artifact.path == "memory:///modules/a.wasm"
    assert artifact.judgement is not None


def test_files_on_a_web_server_are_judged(folder: Path, client: Client) -> None:
    pytest.importorskip("aiohttp")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        at = f"http://127.0.0.1:{server.server_port}"
        chosen = [*targets_at(f"{at}/02.wasm"), *targets_at(f"{at}/missing.wasm")]
        growing, missing = check(None, chosen, judge=judge, client=client).artifacts
        server.shutdown()
    assert growing.judgement is not None
    assert growing.judgement.verdict.grows
    assert "can't be read" in missing.violations[0].message


@pytest.mark.parametrize(
    ("url", "shared"),
    [
        ("https://example.org/a.wasm", True),
        ("s3://bucket/a.wasm", True),
        ("http://localhost:8000/a.wasm", False),
        ("http://127.0.0.1/a.wasm", False),
        ("http://[::1]/a.wasm", False),
        ("memory://a.wasm", False),
        ("file:///a.wasm", False),
        ("zip://a.wasm::https://example.org/a.zip", False),
        ("simplecache::s3://bucket/a.wasm", False),
    ],
)
def test_workers_open_only_urls_that_mean_the_same_everywhere(url: str, shared: bool) -> None:
    assert is_url(url)
    assert is_shared(url) is shared


@pytest.mark.parametrize("path", ["a.wasm", "C://a.wasm", "dist/a://b", "://a", "./s3://a"])
def test_path_is_not_a_url(path: str) -> None:
    assert not is_url(path)


def test_password_in_a_url_is_refused() -> None:
    with pytest.raises(UsageError, match=r"^https://example\.org: .* no password"):
        targets_at("https://user:secret@example.org/a.wasm")
