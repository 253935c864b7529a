"""Prove which entry points of a WebAssembly module can grow its memory."""

# Type checkers know this name; the module `typing`, which defines it as well, would take longest to import.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from nogrow.analysis.judgement import Entry, EntryKind, Verdict
    from nogrow.api.check import check
    from nogrow.api.diff import diff
    from nogrow.api.host import host
    from nogrow.api.prove import Proof, Prover, prove
    from nogrow.api.seal import seal
    from nogrow.api.stress import stress
    from nogrow.errors import Error
    from nogrow.report.exit_code import ExitCode, Outcome
    from nogrow.report.model import Report

__version__ = "0.1.0"

__all__ = [
    "Entry",
    "EntryKind",
    "Error",
    "ExitCode",
    "Outcome",
    "Proof",
    "Prover",
    "Report",
    "Verdict",
    "__version__",
    "check",
    "diff",
    "host",
    "prove",
    "seal",
    "stress",
]

# A name is imported when it is first used: `import nogrow` alone costs nothing.
_MODULES = {
    "Entry": "analysis.judgement",
    "EntryKind": "analysis.judgement",
    "Error": "errors",
    "ExitCode": "report.exit_code",
    "Outcome": "report.exit_code",
    "Proof": "api.prove",
    "Prover": "api.prove",
    "Report": "report.model",
    "Verdict": "analysis.judgement",
    "check": "api.check",
    "diff": "api.diff",
    "host": "api.host",
    "prove": "api.prove",
    "seal": "api.seal",
    "stress": "api.stress",
}


# A type checker that saw this function would accept every name.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module 'nogrow' has no attribute {name!r}")
        from importlib import import_module

        value: object = getattr(import_module(f"nogrow.{_MODULES[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
