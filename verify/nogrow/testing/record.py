"""What was done to a guest and what its host answered, so that it can be done again to another."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from nogrow.contract.model import Number

# A test that does more than this is not replayed; what it wrote would be kept twice.
MOST_ACTIONS = 100_000
MOST_BYTES = 64 << 20


@dataclass(slots=True)
class Written:
    """`data` was written at the address `at`."""

    at: int
    data: bytes


@dataclass(slots=True)
class Called:
    """The export `name` was called; `answers` are what the host did meanwhile, in order."""

    name: str
    args: tuple[Number, ...]
    answers: list["Answer"] = field(default_factory=list)


@dataclass(slots=True)
class Answer:
    """The import `name` was called: what its function did to the guest, then returned or raised."""

    name: str
    actions: list["Action"] = field(default_factory=list)
    returned: object = None
    raised: bool = False


Action = Written | Called


class Record:
    """Everything done to one guest since it was made."""

    def __init__(self) -> None:
        """Nothing was done so far."""
        self.start: list[Answer] = []
        """What the host did while the start function ran."""
        self.actions: list[Action] = []
        self.full = False
        """Whether there was more than is kept."""
        self._actions, self._answers = self.actions, self.start
        self._count = self._bytes = 0

    @property
    def inside(self) -> bool:
        """Whether a function of the host is running."""
        return self._actions is not self.actions

    def written(self, at: int, data: bytes) -> None:
        """Keep that `data` was written."""
        self._add(len(data))
        if not self.full:
            self._actions.append(Written(at, data))

    @contextmanager
    def called(self, name: str, args: tuple[Number, ...]) -> Iterator[None]:
        """Keep that `name` is called, and what the host does until it comes back."""
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
        """The import's `function`, each call of which is kept with what it does to the guest."""

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
