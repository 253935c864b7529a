"""Record what a test did to a guest and how the host answered, so that it can be replayed on a copy."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from nogrow.contract.model import Number

# A longer test is not replayed: the record would keep everything that it wrote a second time.
MOST_ACTIONS = 100_000
MOST_BYTES = 64 << 20


@dataclass(slots=True)
class Written:
    """A write of `data` at `address`."""

    address: int
    data: bytes


@dataclass(slots=True)
class Called:
    """A call of the export `name`; `answers` has the calls of imports during it, in order."""

    name: str
    args: tuple[Number, ...]
    answers: list["Answer"] = field(default_factory=list)


@dataclass(slots=True)
class Answer:
    """A call of the import `name`: what its function did to the guest, then returned or raised."""

    name: str
    actions: list["Action"] = field(default_factory=list)
    returned: object = None
    raised: bool = False


Action = Written | Called


class Record:
    """Everything that was done to a guest since it was made."""

    def __init__(self) -> None:
        """Start with an empty record."""
        self.start: list[Answer] = []
        """The calls of imports while the start function ran."""
        self.actions: list[Action] = []
        self.full = False
        """Whether the record was given up because it grew too large."""
        self._actions, self._answers = self.actions, self.start
        self._count = self._bytes = 0

    @property
    def inside(self) -> bool:
        """Whether a host function is running."""
        return self._actions is not self.actions

    def written(self, address: int, data: bytes) -> None:
        """Record a write of `data` at `address`."""
        self._add(len(data))
        if not self.full:
            self._actions.append(Written(address, data))

    @contextmanager
    def called(self, name: str, args: tuple[Number, ...]) -> Iterator[None]:
        """Record a call of `name`, and what the host does until it returns."""
        call, before = Called(name, args), self._answers
        self._add()
        if not self.full:
            self._actions.append(call)
        self._answers = call.answers
        try:
            yield
        finally:
            self._answers = before

    def watched(self, name: str, function: Callable[..., object]) -> Callable[..., object]:
        """Return the import's `function`, wrapped so that each call and its effects are recorded."""

        def called(*args: Number) -> object:
            answer, before = Answer(name, raised=True), self._actions
            self._add()
            if not self.full:
                self._answers.append(answer)
            self._actions = answer.actions
            try:
                answer.returned = function(*args)
                answer.raised = False
            finally:
                self._actions = before
            return answer.returned

        return called

    def _add(self, size: int = 0) -> None:
        self._count += 1
        self._bytes += size
        if self._count > MOST_ACTIONS or self._bytes > MOST_BYTES:
            self.full = True
            self.actions.clear()
            self.start.clear()
