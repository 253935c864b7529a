import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import nogrow
from nogrow import Verdict
from tests.support.modules import CALLING, GROWING, QUIET, assemble, write_cut_module

MODULES = {
    assemble(GROWING): Verdict.REACHABLE,
    assemble(QUIET): Verdict.ABSENT,
    assemble(CALLING): Verdict.ABSENT,
}


def test_prover_gives_the_proofs_that_prove_gives() -> None:
    with nogrow.Prover() as prover:
        for data in MODULES:
            assert prover.prove(data) == nogrow.prove(data)
        assert prover.prove(assemble(CALLING), trusted="env.log") == nogrow.prove(
            assemble(CALLING), trusted="env.log"
        )


def test_proofs_stay_usable_after_the_prover_is_closed() -> None:
    with nogrow.Prover() as prover:
        proof = prover.prove(assemble(GROWING))
    assert len(proof["bad"].witness) == 1
    with pytest.raises(nogrow.Error, match="this Prover is closed"):
        prover.prove(assemble(GROWING))


def test_unjudged_module_does_not_disturb_the_next(tmp_path: Path) -> None:
    path = tmp_path / "cut.wasm"
    write_cut_module(path, QUIET)
    with nogrow.Prover() as prover:
        for _ in range(3):
            with pytest.raises(nogrow.Error):
                prover.prove(path)
            assert prover.prove(assemble(QUIET)).verdict is Verdict.ABSENT


def test_prover_says_that_it_cannot_be_pickled() -> None:
    with nogrow.Prover() as prover, pytest.raises(TypeError, match="make one in each process"):
        pickle.dumps(prover)


def test_threads_share_a_prover() -> None:
    work = list(MODULES) * 50
    with nogrow.Prover() as prover, ThreadPoolExecutor(8) as threads:
        proofs = list(threads.map(prover.prove, work))
    assert [proof.verdict for proof in proofs] == [MODULES[data] for data in work]


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is read from /proc")
def test_memory_does_not_grow_with_the_number_of_modules() -> None:
    # 200 kernels' memories that stayed alive would take more than this.
    code = """
import nogrow
from pathlib import Path
from tests.support.modules import GROWING, assemble

def megabytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

data = [assemble(GROWING.replace("bad", f"bad{number}")) for number in range(400)]
with nogrow.Prover() as prover:
    for module in data[:100]:
        prover.prove(module)
    before = megabytes()
    for module in data[100:]:
        prover.prove(module)
    print(megabytes() - before)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert float(done.stdout) < 8
