"""Divides the parameters of a test into a quick sample and the rest, which only `invoke test --all` tests."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import pytest

Value = TypeVar("Value")


def sampled(values: Iterable[Value], quick: int | Callable[[Value], bool] = 1) -> list[object]:
    """Return the parameters of a test; those beyond the first `quick`, or that it rejects, are exhaustive."""
    return [
        value
        if (number < quick if isinstance(quick, int) else quick(value))
        else pytest.param(value, marks=pytest.mark.exhaustive)
        for number, value in enumerate(values)
    ]
