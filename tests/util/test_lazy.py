import pickle

import pytest

from nogrow.util import lazy
from nogrow.util.lazy import LazySequence


class Counting:
    """Makes squares and records the numbers it was asked for."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def __call__(self, place: int) -> int:
        self.asked.append(place)
        return place * place


def test_item_is_made_once_when_it_is_read() -> None:
    make = Counting()
    squares = LazySequence(10, make)
    assert len(squares) == 10
    assert (squares[3], squares[3], squares[-1]) == (9, 9, 81)
    assert make.asked == [3, 9]


def test_few_items_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lazy, "MOST_REMEMBERED", 3)
    make = Counting()
    squares = LazySequence(5, make)
    assert list(squares) == [0, 1, 4, 9, 16]
    assert (squares[4], squares[0]) == (16, 0)
    assert make.asked == [0, 1, 2, 3, 4, 0]


def test_slice_makes_only_its_items() -> None:
    make = Counting()
    assert LazySequence(1_000_000, make)[2:4] == (4, 9)
    assert make.asked == [2, 3]


@pytest.mark.parametrize("place", [10, -11])
def test_index_out_of_range_is_an_error(place: int) -> None:
    with pytest.raises(IndexError):
        LazySequence(10, Counting())[place]


def test_lazy_sequence_equals_its_items() -> None:
    squares = LazySequence(3, Counting())
    assert squares == (0, 1, 4)
    assert squares == [0, 1, 4]
    assert squares != (0, 1, 5)
    assert squares != (0, 1)
    assert hash(squares) == hash((0, 1, 4))
    assert list(squares) == [0, 1, 4]


def test_lazy_sequence_is_pickled_as_a_tuple() -> None:
    assert pickle.loads(pickle.dumps(LazySequence(3, Counting()))) == (0, 1, 4)
