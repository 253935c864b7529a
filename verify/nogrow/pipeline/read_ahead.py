"""What is begun before all of the program is loaded: the only module is read, and its scan started."""

from collections.abc import Callable

from nogrow.analysis.judgement import Judgement
from nogrow.analysis.surroundings import NOTHING_KNOWN, Surroundings
from nogrow.errors import ModuleError
from nogrow.util.background import Background
from nogrow.wasm.file import read
from nogrow.wasm.sections import is_component


class Ahead:
    """A file that is being judged while the program is loaded."""

    def __init__(self, path: str) -> None:
        """Starts threads: nothing for a program that is going to fork."""
        self._path = path
        self._reading = Background(lambda: read(path))
        # Loaded while the file is read, while the kernels are compiled, or while its code is scanned.
        from nogrow.wasm.runtime import SCAN, Engine

        self._engine = Engine()
        self._engine.prepare(SCAN)
        from nogrow.wasm.scan import Scanning, begin

        self._scanning: Scanning | ModuleError | None = None
        try:
            data = self._reading.result()
            if not is_component(data):
                self._scanning = begin(data, self._engine)
        except ModuleError as error:
            self._scanning = error
        from nogrow.analysis.reachability import KERNEL as SEARCH

        self._engine.prepare(SEARCH)

    def read(self, path: str) -> bytes:
        """The bytes of the file `path`, whether it was read ahead or not; raises `ModuleError`."""
        return self._reading.result() if path == self._path else read(path)

    def judge(
        self,
        data: bytes,
        trusts: Callable[[str], bool],
        engine: object,
        surroundings: Surroundings = NOTHING_KNOWN,
    ) -> Judgement:
        """The judgement of the core module in `data`, with the scan that was started if it is that one's.

        Raises `ModuleError`.
        """
        from nogrow.analysis.verdicts import judge, prove

        if data is not self._reading.result() or self._scanning is None:
            return judge(data, trusts, self._engine, surroundings)
        if isinstance(self._scanning, ModuleError):
            raise self._scanning
        scanning, self._scanning = self._scanning, None
        return prove(scanning, trusts, surroundings)
