"""What is begun before all of the program is loaded: reading the module, compiling the kernels."""

from nogrow.background import Background
from nogrow.wasm.file import read


class Ahead:
    """The bytes of one file and an engine, both on their way."""

    def __init__(self, path: str) -> None:
        """Starts threads: nothing for a program that is going to fork."""
        self._path = path
        self._data = Background(lambda: read(path))
        # Loaded while the file is read.
        from nogrow.proof.search import KERNEL as SEARCH
        from nogrow.wasm.kernel import Engine
        from nogrow.wasm.scan import KERNEL as SCAN

        self.engine = Engine()
        self.engine.prepare(SCAN, SEARCH)

    def read(self, path: str) -> bytes:
        """The bytes of the file `path`, whether it was read ahead or not; raises `ModuleError`."""
        return self._data.result() if path == self._path else read(path)
