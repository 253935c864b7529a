"""Provide a report whose steps have source lines, and render reports to text."""

import io
from collections.abc import Callable
from typing import TextIO

from nogrow.report.model import Report
from nogrow.source.model import Frame
from tests.report.made import BROKEN

STD = Frame("alloc", "/rustc/1234/library/alloc/src/alloc.rs", 95, 9)
USER = Frame("greet", "src/lib.rs", 12, 5)
OTHER = Frame("reserve", "src/other.rs", 7, 0)
# The keys are the offsets of the steps in `made.py`: a call with an inlined function, then the growth.
WITH_SOURCES = BROKEN._replace(sources={0x40: (STD, USER), 0x52: (OTHER,)})


def rendered(render: Callable[[Report, TextIO], None], report: Report) -> str:
    stream = io.StringIO()
    render(report, stream)
    return stream.getvalue()
