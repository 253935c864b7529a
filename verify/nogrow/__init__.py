"""Prove which entry points of a WebAssembly module can grow its memory."""

# Type checkers know this name; the module `typing`, which defines it as well, would take longest to import.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from nogrow.analysis.judgement import Entry, EntryKind, Memory, Site, Step, Verdict
    from nogrow.api.check import check
    from nogrow.api.diff import diff
    from nogrow.api.host import host
    from nogrow.api.prove import Proof, Prover, prove
    from nogrow.api.seal import seal
    from nogrow.api.stress import stress
    from nogrow.contract.violations import Rule, Violation
    from nogrow.difference.model import Difference, Direction
    from nogrow.errors import Error
    from nogrow.report.exit_code import ExitCode, Outcome
    from nogrow.report.model import ArtifactReport, Report
    from nogrow.rewrite.stress import StressedCopy
    from nogrow.scenarios.sealing import SealedCopy

__version__ = "0.1.0"

__all__ = [
    "ArtifactReport",
    "Difference",
    "Direction",
    "Entry",
    "EntryKind",
    "Error",
    "ExitCode",
    "Memory",
    "Outcome",
    "Proof",
    "Prover",
    "Report",
    "Rule",
    "SealedCopy",
    "Site",
    "Step",
    "StressedCopy",
    "Verdict",
    "Violation",
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
    "ArtifactReport": "report.model",
    "Difference": "difference.model",
    "Direction": "difference.model",
    "Entry": "analysis.judgement",
    "EntryKind": "analysis.judgement",
    "Error": "errors",
    "ExitCode": "report.exit_code",
    "Memory": "analysis.judgement",
    "Outcome": "report.exit_code",
    "Proof": "api.prove",
    "Prover": "api.prove",
    "Report": "report.model",
    "Rule": "contract.violations",
    "SealedCopy": "scenarios.sealing",
    "Site": "analysis.judgement",
    "Step": "analysis.judgement",
    "StressedCopy": "rewrite.stress",
    "Verdict": "analysis.judgement",
    "Violation": "contract.violations",
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
