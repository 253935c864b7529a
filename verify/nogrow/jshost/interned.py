"""Make equal values the same object, so that they are cheap to compare and to look up."""

from typing import Any

# The hash of a term is asked for millions of times, so each equal term exists once and knows its hash.
_known: dict[tuple[object, ...], Any] = {}


class _Interning(type):
    def __call__(cls, *values: object) -> Any:  # noqa: ANN401
        key = (cls, *values)
        known = _known.get(key)
        if known is None:
            known = _known[key] = super().__call__(*values)
            object.__setattr__(known, "_hash", hash(key))
        return known


class Interned(metaclass=_Interning):
    """The base of immutable dataclasses, defined with `eq=False`, whose equal instances are one object."""

    __slots__ = ("_hash",)
    _hash: int

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if type(self) is not type(other) or hash(self) != hash(other):
            return False
        # Only instances from before a call of `forget` get further than this.
        names = getattr(self, "__match_args__", ())
        return all(getattr(self, name) == getattr(other, name) for name in names)


def forget() -> None:
    """Free the memory of the values that nothing else refers to; those that are still in use stay equal."""
    _known.clear()
