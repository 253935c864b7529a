"""Record what a test did to a guest, and replay it on a copy that traps where it would grow.

The trap shows the call stack. Host functions are not called again: their answers are recorded too.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from nogrow.contract.model import Host, Number
from nogrow.scenarios.backtrace import Caught, StoppedError, find_backtrace, unknown
from nogrow.scenarios.engine import Limits
from nogrow.scenarios.errors import HostError, TrappedError
from nogrow.scenarios.guest import Compiled, Guest

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
    """Everything that was done to a guest since it was made, unless it became too much."""

    def __init__(self) -> None:
        """Start with an empty record."""
        self.start: list[Answer] = []
        """The calls of imports while the start function ran."""
        self.actions: list[Action] = []
        self._actions, self._answers = self.actions, self.start
        self._count = self._bytes = 0

    @property
    def full(self) -> bool:
        """Whether the record was given up because it grew too large."""
        return self._count > MOST_ACTIONS or self._bytes > MOST_BYTES

    @property
    def inside(self) -> bool:
        """Whether a host function is running."""
        return self._actions is not self.actions

    def written(self, address: int, data: bytes) -> None:
        """Record a write of `data` at `address`."""
        if self._has_room(len(data)):
            self._actions.append(Written(address, data))

    @contextmanager
    def called(self, name: str, args: tuple[Number, ...]) -> Iterator[None]:
        """Record a call of `name`, and what the host does until it returns."""
        call, before = Called(name, args), self._answers
        if self._has_room():
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
            if self._has_room():
                self._answers.append(answer)
            self._actions = answer.actions
            try:
                answer.returned = function(*args)
                answer.raised = False
            finally:
                self._actions = before
            return answer.returned

        return called

    def _has_room(self, size: int = 0) -> bool:
        self._count += 1
        self._bytes += size
        if self.full:
            self.actions.clear()
            self.start.clear()
        return not self.full


def replay(data: bytes, record: Record, imports: Iterable[str], host: Host, limits: Limits) -> Caught:
    """Return the call stack of the growth in the last call of `record`, or a note on why it is unknown."""
    if record.full:
        return unknown("the test did too much to the guest to replay it")

    def repeat(copy: Compiled, offsets: frozenset[int]) -> None:
        _ReplayedGuest(copy, record.start, imports, host, offsets).repeat(record.actions)

    # The last action is the call that grew the memory.
    number = sum(isinstance(action, Called) for action in record.actions)
    return find_backtrace(data, limits, number, repeat)


class _ReplayedGuest:
    """An instance of the copy, whose host does and answers what the record says."""

    def __init__(
        self,
        module: Compiled,
        start: list[Answer],
        imports: Iterable[str],
        host: Host,
        offsets: frozenset[int],
    ) -> None:
        self._answers = deque(start)
        self._offsets = offsets
        # The host cannot use the guest before the start function has returned, so `start` has no actions.
        self._guest = Guest(module, host, {name: partial(self._answer, name) for name in imports})
        self._calls, self._location = 0, ""

    def repeat(self, actions: Iterable[Action]) -> None:
        """Repeat the actions of the test; raises `StoppedError` where the copy would grow."""
        for action in actions:
            if isinstance(action, Called):
                self._calls += 1
                self._location = f"call {self._calls}, `{action.name}`,"
            self._take(action)

    def _take(self, action: Action) -> None:
        if isinstance(action, Written):
            self._guest.write(action.address, action.data)
            return
        before, self._answers = self._answers, deque(action.answers)
        try:
            self._guest.call(action.name, action.args)
        except TrappedError as error:
            if error.is_at(self._offsets):
                raise StoppedError(self._calls, self._location, action.name, error.frames) from error
            # The guest trapped the first time as well, and the test went on.
        finally:
            self._answers = before

    def _answer(self, name: str, *_: object) -> object:
        if not self._answers or self._answers[0].name != name:
            raise HostError(f"called {name}, which it did not do the first time")
        answer = self._answers.popleft()
        for action in answer.actions:
            self._take(action)
        if answer.raised:
            raise HostError(f"was ended by the function for {name}")
        return answer.returned
