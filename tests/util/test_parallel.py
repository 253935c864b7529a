import multiprocessing
import os
import struct
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from nogrow.util.parallel import in_order


@pytest.fixture(autouse=True, params=[None, "fork", "spawn"])
def start_method(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.param not in (None, *multiprocessing.get_all_start_methods()):
        pytest.skip("this system does not have it")
    before = multiprocessing.get_start_method(allow_none=True)
    multiprocessing.set_start_method(request.param, force=True)
    yield
    multiprocessing.set_start_method(before, force=True)


def squared(number: int) -> int:
    return number * number


def ending(number: int) -> int:
    if number == 3:
        os._exit(1)
    return squared(number)


def failing(number: int) -> int:
    raise IndexError


def nothing(number: int) -> int:
    return -1


def test_outcomes_keep_order_and_progress_is_reported() -> None:
    told: list[int] = []
    assert in_order(range(1, 7), squared, nothing, 2, told.append) == [1, 4, 9, 16, 25, 36]
    assert told == [0, 1, 2, 3, 4, 5, 6]


def test_ended_process_loses_one_item_only() -> None:
    assert in_order([1, 2, 3, 4, 5], ending, nothing, 2, lambda done: None) == [1, 4, -1, 16, 25]


def test_error_of_the_work_is_raised() -> None:
    with pytest.raises(IndexError):
        in_order([1, 2], failing, nothing, 2, lambda done: None)


def silent(item: bytes) -> int:
    if item[:1] == b"\3":
        os._exit(1)
    return len(item)


def test_ended_process_does_not_block_others_with_large_items() -> None:
    items = [bytes([number]) * 1_000_000 for number in range(12)]
    results = in_order(items, silent, lambda thing: -1, 4, lambda done: None)
    assert results == [1_000_000] * 3 + [-1] + [1_000_000] * 8


def cut_off(number: int) -> int:
    if number == 2:
        pipe = sys._getframe(1).f_locals["pipe"]
        # An answer begins with how many bytes it has.
        os.write(pipe.fileno(), struct.pack("!i", 1000) + b"half")
        os._exit(9)
    return squared(number)


def test_process_killed_while_answering_does_not_block_others() -> None:
    assert in_order([1, 2, 3, 4], cut_off, nothing, 2, lambda done: None) == [1, -1, 9, 16]


def dying_once(folder: Path) -> str:
    if folder.name == "bad" and not (folder / "tried").exists():
        (folder / "tried").touch()
        os._exit(1)
    return folder.name


def test_item_is_tried_again_after_a_chance_failure(tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    told: list[int] = []
    folders = [tmp_path / name for name in ("a", "bad", "b")]
    assert in_order(folders, dying_once, lambda folder: "lost", 2, told.append) == ["a", "bad", "b"]
    assert told == [0, 1, 2, 3]


LOCK = threading.Lock()


def locking(number: int) -> bool:
    return LOCK.acquire(timeout=5)


def test_lock_that_a_thread_holds_blocks_no_process() -> None:
    held, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        with LOCK:
            held.set()
            may_end.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    try:
        assert in_order([1, 2], locking, lambda number: False, 2, lambda done: None) == [True, True]
    finally:
        may_end.set()
        thread.join()
