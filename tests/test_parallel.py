import os
from collections.abc import Sequence

import pytest

from nogrow.parallel import in_order


def squared(numbers: Sequence[int]) -> list[int]:
    return [number * number for number in numbers]


def ending(numbers: Sequence[int]) -> list[int]:
    if 3 in numbers:
        os._exit(1)
    return squared(numbers)


def failing(numbers: Sequence[int]) -> list[int]:
    raise IndexError


def nothing(number: int) -> int:
    return -1


def test_outcomes_keep_the_order_and_every_batch_is_told() -> None:
    told: list[int] = []
    batches = [[1, 2], [3], [4, 5, 6]]
    assert in_order(batches, squared, nothing, 2, told.append) == [1, 4, 9, 16, 25, 36]
    assert told[0] == 0
    assert sorted(told) == told
    assert told[-1] == 6


def test_a_process_that_ends_loses_one_thing_only() -> None:
    batches = [[1, 2], [3, 4], [5]]
    assert in_order(batches, ending, nothing, 2, lambda done: None) == [1, 4, -1, 16, 25]


def test_an_error_of_the_work_is_not_swallowed() -> None:
    with pytest.raises(IndexError):
        in_order([[1], [2]], failing, nothing, 2, lambda done: None)
