"""Hand out views of a guest's memory and pointers to it, and end them when the memory may have grown.

JavaScript detaches every view when a memory grows. In wasmtime, a view keeps its address and its length. So
this module makes views and pointers unusable, and each later use of them raises `ValueError`.
"""

import ctypes
import gc
import weakref
from collections.abc import Callable, Iterator

from nogrow.scenarios.guest import Guest

_RELEASED = "released memoryview"
"""What Python says about a view that was released."""
_ENDED = "NULL pointer access"
"""What ctypes says about a pointer that is NULL."""
_BYTES = ctypes.POINTER(ctypes.c_ubyte)


class Pointer(_BYTES):  # type: ignore[misc, valid-type]
    """A pointer that can be ended: it becomes NULL, and each use raises `ValueError`.

    A pointer of ctypes that is NULL returns a list of nothing when it is sliced.
    """

    _type_ = ctypes.c_ubyte

    def end(self) -> None:
        """Make the pointer NULL."""
        ctypes.c_void_p.from_address(ctypes.addressof(self)).value = None

    def __getitem__(self, key: int | slice) -> object:
        __tracebackhide__ = True
        self._require_valid()
        return super().__getitem__(key)

    def __setitem__(self, key: int, value: int) -> None:
        __tracebackhide__ = True
        self._require_valid()
        super().__setitem__(key, value)

    def _require_valid(self) -> None:
        __tracebackhide__ = True
        if not self:
            raise ValueError(_ENDED)


class Views:
    """The views and pointers that a test has, until `end`."""

    def __init__(self, guest: Callable[[], Guest]) -> None:
        """`guest` returns the guest; it raises `GuestError` while the start function runs."""
        self._guest = guest
        self._base: memoryview | None = None
        self._pointers: list[weakref.ref[Pointer]] = []
        self._reason: str | None = None

    def view(self) -> memoryview:
        """Return a writable view of the whole memory as bytes."""
        if self._base is None:
            array = self._guest().array()
            # A view without bytes cannot be cast.
            self._base = memoryview(array).cast("B") if len(array) else memoryview(bytearray())
        return self._base[:]

    def pointer(self) -> Pointer:
        """Return a pointer to the first byte of the memory."""
        pointer = ctypes.cast(self._guest().array(), Pointer)
        self._pointers = [ref for ref in self._pointers if ref() is not None]
        self._pointers.append(weakref.ref(pointer))
        return pointer

    def end(self, reason: Callable[[], str]) -> None:
        """Make all views, their parts, and the pointers unusable; `reason` is kept if the test had any."""
        had_any = self._end_views()
        for ref in self._pointers:
            if (pointer := ref()) is not None:
                pointer.end()
                had_any = True
        self._pointers.clear()
        if had_any:
            self._reason = reason()

    def explain(self, error: BaseException, path: str) -> None:
        """Add a note to an error of a view or pointer that was ended, or to its cause if it has one."""
        if self._reason is None:
            return
        for cause in _chain(error):
            if isinstance(cause, ValueError) and any(text in str(cause) for text in (_RELEASED, _ENDED)):
                cause.add_note(f"{self._reason}, which ends views and pointers from before: {path}")

    def _end_views(self) -> bool:
        base, self._base = self._base, None
        if base is None:
            return False
        # A view, its slices and its casts share one buffer, which keeps no list of them.
        (buffer,) = (item for item in gc.get_referents(base) if type(item).__name__ == "managedbuffer")
        views = [item for item in gc.get_referrers(buffer) if type(item) is memoryview]
        for view in views:
            try:
                view.release()
            except BufferError:
                # An object that uses the view's bytes holds it, for example `struct.iter_unpack`.
                continue
        return len(views) > 1


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__
