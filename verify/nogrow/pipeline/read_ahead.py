"""Read a file and begin to scan and validate it while the rest of the program is still being loaded."""

from typing import TYPE_CHECKING

from nogrow.errors import ModuleError
from nogrow.util.background import Background
from nogrow.wasm.file import read
from nogrow.wasm.sections import is_component

if TYPE_CHECKING:
    from nogrow.wasm.scan import Scanning
    from nogrow.wasm.validate import Validation


class ReadAhead:
    """A file that is read, its scan and validation if it is a core module, and the engine of the kernels.

    `validating` is None for a component, or if validation is switched off.
    """

    def __init__(self, path: str, *, validate: bool) -> None:
        """Begin at once. This starts threads, so a process that is going to fork must not do it."""
        self.path = path
        self._reading = Background(lambda: read(path))
        # These imports take time, which passes while the file is read, or a kernel compiled, or code scanned.
        from nogrow.wasm.runtime import SCAN, Engine

        self.engine = Engine()
        self.engine.prepare(SCAN)
        from nogrow.wasm.scan import begin

        self._scanning: Scanning | ModuleError | None = None
        self.validating: Background[Validation] | None = None
        try:
            data = self.data()
            if not is_component(data):
                if validate:
                    self.validating = _begin_validation(data)
                self._scanning = begin(data, self.engine)
        except ModuleError as error:
            self._scanning = error
        from nogrow.analysis.reachability import KERNEL as SEARCH

        self.engine.prepare(SEARCH)

    def data(self) -> bytes:
        """Return the bytes of the file; raises `ModuleError` if it can't be read."""
        return self._reading.result()

    def scanning(self) -> "Scanning | None":
        """Return the scan that has begun, None for a component.

        Raises `ModuleError` for a file that can't be read or decoded.
        """
        if isinstance(self._scanning, ModuleError):
            raise self._scanning
        return self._scanning


def _begin_validation(data: bytes) -> "Background[Validation]":
    from nogrow.wasm.validate import validate

    return Background(lambda: validate(data))
