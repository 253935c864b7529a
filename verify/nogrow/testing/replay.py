"""A record of what was done to a guest, done again on a copy that traps where it would grow."""

from collections import deque
from collections.abc import Callable, Iterable
from functools import partial

from nogrow.contract.model import Host
from nogrow.errors import ModuleError
from nogrow.scenarios.backtrace import Caught, backtrace, trapped
from nogrow.scenarios.errors import GuestError, HostError, TrapFrame, TrappedError
from nogrow.scenarios.guest import Guest, compiled
from nogrow.scenarios.limits import Limits
from nogrow.testing.record import Action, Answer, Called, Record, Written

UNKNOWN = "the call stack is not known:"


class _GrownError(Exception):
    def __init__(self, name: str, frames: tuple[TrapFrame, ...]) -> None:
        super().__init__(name)
        self.name, self.frames = name, frames


def replay(data: bytes, record: Record, imports: Iterable[str], host: Host, limits: Limits) -> Caught:
    """The call stack of the growth in the last call of `record`.

    The functions of the host are not called: their answers are those of the record.
    """
    if record.full:
        return Caught(note=f"{UNKNOWN} too much was done to the guest before to do it again")
    try:
        copy, offsets = trapped(data)
    except ModuleError as error:
        return Caught(note=f"{UNKNOWN} {error}")
    again, call = _Again(record.start, offsets), "the start function"
    last = len(record.actions) - 1
    number = -1
    try:
        guest = Guest(compiled(copy, limits), host, again.functions(imports))
        for number, action in enumerate(record.actions):
            call = f"call {number + 1}, `{action.name}`," if isinstance(action, Called) else "a write"
            again.take(guest, action)
    except _GrownError as error:
        if number == last:
            return backtrace(data, error.name, error.frames)
    except TrappedError as error:
        if not error.frames or error.frames[0].offset not in offsets:
            return Caught(note=f"{UNKNOWN} a copy that must not grow fails before it: {error}")
    except GuestError as error:
        return Caught(note=f"{UNKNOWN} a copy that must not grow ends before it: {error}")
    else:
        return Caught(note=f"{UNKNOWN} no memory.grow of the module was executed")
    return Caught(note=f"{UNKNOWN} {call} executes a memory.grow before, and must come back")


class _Again:
    """The host of a copy: it does and answers what it did and answered before."""

    def __init__(self, start: list[Answer], offsets: frozenset[int]) -> None:
        self._answers = deque(start)
        self._offsets = offsets
        self._guest: Guest | None = None

    def functions(self, names: Iterable[str]) -> dict[str, Callable[..., object]]:
        return {name: partial(self._answer, name) for name in names}

    def take(self, guest: Guest, action: Action) -> None:
        """Do it; raises `_GrownError` where the copy would grow."""
        self._guest = guest
        if isinstance(action, Written):
            guest.write(action.at, action.data)
            return
        before, self._answers = self._answers, deque(action.answers)
        try:
            guest.call(action.name, action.args)
        except TrappedError as error:
            if error.frames and error.frames[0].offset in self._offsets:
                raise _GrownError(action.name, error.frames) from error
            # The guest did the same the first time, and the test went on.
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
