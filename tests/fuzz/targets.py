"""Define the fuzz targets: each accepts any bytes, and raises only if nogrow breaks a promise.

The promises are: an error is one of nogrow's own; a module that wasmtime finds valid is judged; a sealed copy
keeps the promise of its mode, and a stressed copy stays valid; an exit code is a documented one; a running
guest reaches nothing outside.
"""

import io
import os
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from click.testing import CliRunner

from nogrow.analysis.proof import judge
from nogrow.archives.archive import contents
from nogrow.archives.unpack_limits import Budget, Limits, UnsafeArchiveError
from nogrow.baseline.lock_file import load as load_lock
from nogrow.baseline.lock_file import written
from nogrow.cli.commands import cli
from nogrow.contract.load import load
from nogrow.difference.comparison import compare
from nogrow.difference.model import Direction
from nogrow.errors import ContractError, DocumentError, ModuleError, UsageError
from nogrow.pipeline.cached_views import inspect
from nogrow.pipeline.named_host_code import analysed, text_at
from nogrow.report.exit_code import ExitCode
from nogrow.report.json_reader import load as load_report
from nogrow.rewrite.rewrite import Mode, sealed
from nogrow.rewrite.stress import stressed
from nogrow.shipping.statement import as_text, read_statement
from nogrow.source.lookup import Wanted, find_sources, locate
from nogrow.wasm.component import core_modules
from nogrow.wasm.decode import decode
from nogrow.wasm.linking import read_linking
from nogrow.wasm.names import FunctionNames
from nogrow.wasm.runtime import Engine
from nogrow.wasm.scan import scan
from nogrow.wasm.sections import MAGIC
from nogrow.wasm.validate import validate
from tests.fuzz.scenarios import played
from tests.support.dwarf import code_start, module_with_customs

Target = Callable[[bytes], None]

_ENGINE = Engine()
_FOLDER = Path(tempfile.mkdtemp(prefix="nogrow-fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
_CODES = {ExitCode.KEPT, ExitCode.BROKEN, ExitCode.NOTHING, ExitCode.NOT_JUDGED}
_FORMATS = ("text", "json", "sarif", "junit", "github", "markdown", "html")


class BrokenPromiseError(AssertionError):
    """nogrow broke a promise."""


def module(data: bytes) -> None:
    """Decode and judge a module, and look up the names in the judgement."""
    try:
        judgement = judge(data, lambda label: False, _ENGINE)
    except ModuleError as error:
        if validate(data).valid:
            raise BrokenPromiseError(f"wasmtime finds it valid, but: {error}") from error
        return
    for entry in judgement.entries:
        if len(entry.witness) > len(data):
            raise BrokenPromiseError(f"a witness of {len(entry.witness)} steps")


def component(data: bytes) -> None:
    """Find the core modules of a component."""
    with suppress(ModuleError):
        read_linking(data)
        for part in core_modules(data):
            if not 0 <= part.start <= part.end <= len(data):
                raise BrokenPromiseError(f"a core module from {part.start} to {part.end}")


def names(data: bytes) -> None:
    """Read the name section of an otherwise valid module."""
    function_names = FunctionNames.of(decode(module_with_customs(("name", data))))
    for index in (0, 1, 127, 128, 1 << 32):
        function_names.get(index)


def dwarf(data: bytes) -> None:
    """Locate instructions of a module that contains its debug information."""
    with suppress(ModuleError, StopIteration):
        start = code_start(data)
        locate(data, range(start, min(start + 200, len(data))))


def sourcemap(data: bytes) -> None:
    """Read a source map beside a module."""
    whole = module_with_customs()
    with suppress(UsageError):
        wanted = Wanted(debug_info=str(_file("map.json", data)))
        find_sources("app.wasm", whole, 0, range(code_start(whole), len(whole)), wanted)


def contract(data: bytes) -> None:
    """Read a contract file."""
    with suppress(ContractError):
        load(_file("nogrow.toml", data))


def glue(data: bytes) -> None:
    """Read JavaScript glue code."""
    analysed(text_at(_file("glue.js", data)))


def host(data: bytes) -> None:
    """Analyse host code in JavaScript."""
    inspect((str(_file("host.js", data)),))


def lock(data: bytes) -> None:
    """Read a lock, write it, and read it again: the pins must be equal."""
    with suppress(DocumentError):
        read = load_lock(_file("nogrow.lock", data))
        if load_lock(_file("again.lock", written(read))).pins != read.pins:
            raise BrokenPromiseError("the lock is another one when it is written again")


def report(data: bytes) -> None:
    """Read a JSON report and compare it with itself."""
    with suppress(DocumentError):
        artifacts = load_report(_file("report.json", data))
        if compare(artifacts, artifacts).direction is not Direction.SAME:
            raise BrokenPromiseError("a report differs from itself")


def statement(data: bytes) -> None:
    """Read a statement, write it, and read it again: both must be equal."""
    with suppress(DocumentError):
        read = read_statement(_file("statement.json", data))
        if read_statement(_file("again.json", as_text(read).encode())) != read:
            raise BrokenPromiseError("the statement is another one when it is written again")


def archive(data: bytes) -> None:
    """Read an archive under each name: if it is accepted, Python must not find more modules in it."""
    for name, unpacked in (("a.zip", _unzipped), ("a.tar", _untarred), ("a.tgz", _untarred)):
        try:
            modules = {module.data for module in contents(name, data, Budget(Limits(), len(data))).modules}
        except UnsafeArchiveError:
            continue
        if any(member.startswith(MAGIC) and member not in modules for member in unpacked(data)):
            raise BrokenPromiseError(f"a module that was not found in {name}")


def _unzipped(data: bytes) -> Iterator[bytes]:
    with suppress(zipfile.BadZipFile, zlib.error), zipfile.ZipFile(io.BytesIO(data)) as opened:
        yield from map(opened.read, opened.namelist())


def _untarred(data: bytes) -> Iterator[bytes]:
    with suppress(tarfile.TarError, EOFError, zlib.error), tarfile.open(fileobj=io.BytesIO(data)) as opened:
        for info in opened:
            stream = opened.extractfile(info)
            if stream is not None:
                yield stream.read()


def seal(data: bytes) -> None:
    """Seal a module in all modes: it must stay valid, and only `cap` may leave a `memory.grow`."""
    valid = validate(data).valid
    for mode in Mode:
        try:
            # The memory may already have more pages than any engine allows, which is the user's mistake then.
            copy = sealed(data, mode, 64 if mode is Mode.RESERVE else None, _ENGINE).data
        except (ModuleError, UsageError):
            continue
        if valid and validate(copy).valid is not True:
            raise BrokenPromiseError(f"{mode.value} made it invalid: {validate(copy).reason}")
        if mode is not Mode.CAP and not data[4:8].endswith(b"\1\0") and scan(decode(copy), _ENGINE).grows:
            raise BrokenPromiseError(f"{mode.value} left a memory.grow")


def stress(data: bytes) -> None:
    """Stress a module by the proof, and whatever it says: the copy of a valid module must be valid."""
    if not validate(data).valid:
        return
    for every in (False, True):
        try:
            copy = stressed(data, _ENGINE, every=every).data
        except ModuleError as error:
            if "internal error" in str(error):
                raise BrokenPromiseError(str(error)) from error
            continue
        if validate(copy).valid is False:
            raise BrokenPromiseError(f"stress made it invalid: {validate(copy).reason}")


def command(data: bytes) -> None:
    """Run `nogrow check` in every format, `explain` and `sites` on a file."""
    path = str(_file("any.wasm", data))
    check = ["check", path, "--format", "text"]
    check += [f"--format={name}={_FOLDER / name}" for name in _FORMATS[1:]]
    for words in (check, ["explain", path], ["sites", path]):
        done = CliRunner().invoke(cli, words)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        if done.exit_code not in _CODES:
            raise BrokenPromiseError(f"{words[0]}: exit code {done.exit_code}: {done.output}")


def scenario(data: bytes) -> None:
    """Run `nogrow run` within small limits: the guest must reach nothing outside."""
    code, reached = played(_file("guest.wasm", data))
    if code not in _CODES:
        raise BrokenPromiseError(f"run: exit code {code}")
    if reached:
        raise BrokenPromiseError(f"a guest made nogrow reach outside: {', '.join(reached)}")


def _file(name: str, data: bytes) -> Path:
    path = _FOLDER / f"{os.getpid()}-{name}"
    path.write_bytes(data)
    return path


TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (
        *(module, component, names, dwarf, sourcemap, contract, glue, host, lock, report),
        *(statement, archive, seal, stress, command, scenario),
    )
}
MODULES = frozenset(("module", "dwarf", "seal", "stress", "command", "scenario"))
"""The targets whose inputs are modules."""
