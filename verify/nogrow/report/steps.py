"""Name the steps of a witness, and say where they are: in the module, in host code, or in another module."""

from nogrow.analysis.judgement import Step
from nogrow.contract.phrases import shortened
from nogrow.source.model import Frame, Frames


def action_of(step: Step) -> str:
    """Return what happens in the step: an instruction, or a call of host code."""
    if step.host is None:
        return shortened(step.instruction)
    imported = shortened(step.function.name or "")
    if step.host.file is None:
        return f"calls {step.host.text}"
    return f"calls {shortened(step.host.text)}, behind the import {imported}"


def frames_of(step: Step, sources: Frames) -> tuple[Frame, ...]:
    """Return the source positions of a step, the innermost inlined function first."""
    call = step.host
    if call is not None:
        return () if call.file is None else (Frame(call.function, call.file, *call.at),)
    return sources.get(step.offset, ()) if step.offsets else ()
