"""Replay a record on a copy of the guest that traps where it would grow, to get the call stack."""

from collections import deque
from collections.abc import Callable, Iterable
from functools import partial

from nogrow.contract.model import Host
from nogrow.errors import ModuleError
from nogrow.scenarios.engine import Limits
from nogrow.scenarios.errors import GuestError, HostError, TrapFrame, TrappedError
from nogrow.scenarios.guest import Guest, compiled
from nogrow.scenarios.runner import Caught, backtrace, trapped
from nogrow.testing.record import Action, Answer, Called, Record, Written

UNKNOWN = "the call stack is not known:"


class _GrownError(Exception):
    """The copy trapped at a `memory.grow` during the call of `name`."""

    def __init__(self, name: str, frames: tuple[TrapFrame, ...]) -> None:
        super().__init__(name)
        self.name, self.frames = name, frames


def replay(data: bytes, record: Record, imports: Iterable[str], host: Host, limits: Limits) -> Caught:
    """Return the call stack of the growth in the last call of `record`, or a note on why it is unknown.

    Host functions are not called again: their answers are taken from the record.
    """
    if record.full:
        return Caught(note=f"{UNKNOWN} the test did too much to the guest to replay it")
    try:
        copy, offsets = trapped(data)
    except ModuleError as error:
        return Caught(note=f"{UNKNOWN} {error}")
    host_again, call = _ReplayedHost(record.start, offsets), "the start function"
    last = len(record.actions) - 1
    number = -1
    try:
        guest = Guest(compiled(copy, limits), host, host_again.functions(imports))
        for number, action in enumerate(record.actions):
            call = f"call {number + 1}, `{action.name}`," if isinstance(action, Called) else "a write"
            host_again.take(guest, action)
    except _GrownError as error:
        if number == last:
            return backtrace(data, error.name, error.frames)
    except TrappedError as error:
        if not error.frames or error.frames[0].offset not in offsets:
            return Caught(note=f"{UNKNOWN} a copy that must not grow fails earlier: {error}")
    except GuestError as error:
        return Caught(note=f"{UNKNOWN} a copy that must not grow ends earlier: {error}")
    else:
        return Caught(note=f"{UNKNOWN} no memory.grow of the module was executed")
    return Caught(note=f"{UNKNOWN} {call} executed a memory.grow earlier and has to return")


class _ReplayedHost:
    """The host of the copy, which does and answers what the record says."""

    def __init__(self, start: list[Answer], offsets: frozenset[int]) -> None:
        self._answers = deque(start)
        self._offsets = offsets
        self._guest: Guest | None = None

    def functions(self, names: Iterable[str]) -> dict[str, Callable[..., object]]:
        return {name: partial(self._answer, name) for name in names}

    def take(self, guest: Guest, action: Action) -> None:
        """Repeat the action; raises `_GrownError` where the copy would grow."""
        self._guest = guest
        if isinstance(action, Written):
            guest.write(action.address, action.data)
            return
        before, self._answers = self._answers, deque(action.answers)
        try:
            guest.call(action.name, action.args)
        except TrappedError as error:
            if error.frames and error.frames[0].offset in self._offsets:
                raise _GrownError(action.name, error.frames) from error
            # The guest trapped the first time as well, and the test went on.
        finally:
            self._answers = before

    def _answer(self, name: str, *_: object) -> object:
        if not self._answers or self._answers[0].name != name:
            raise HostError(f"called {name}, which it did not do the first time")
        answer = self._answers.popleft()
        for action in answer.actions:
            if self._guest is not None:
                self.take(self._guest, action)
        if answer.raised:
            raise HostError(f"was ended by the function for {name}")
        return answer.returned
