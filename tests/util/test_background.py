import threading

import pytest

from nogrow.errors import ModuleError
from nogrow.util.background import Background


def test_work_runs_in_the_background() -> None:
    go_on = threading.Event()
    work = Background(lambda: go_on.wait(60))
    go_on.set()
    assert work.result() is True
    assert work.result() is True


def test_result_raises_what_the_work_raised() -> None:
    def fail() -> None:
        raise ModuleError("no room")

    with pytest.raises(ModuleError, match="no room"):
        Background(fail).result()


def test_work_is_released_when_it_is_done() -> None:
    class Large:
        pass

    gone = threading.Event()

    def begun() -> Background[None]:
        large = Large()
        large.__class__.__del__ = lambda _: gone.set()  # type: ignore[attr-defined]
        return Background(lambda: print(large))

    work = begun()
    work.result()
    assert gone.wait(60)
