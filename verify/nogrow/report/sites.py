"""Render the grow sites of a report as plain text, one line each."""

from collections.abc import Iterator
from typing import TextIO

from nogrow.analysis.judgement import Judgement, Site
from nogrow.contract.phrases import counted, name_of
from nogrow.report import text
from nogrow.report.escaping import printable
from nogrow.report.result import ArtifactReport, Report
from nogrow.report.summary import NOT_VALIDATED, why_unvalidated


def render(report: Report, stream: TextIO, colour: bool = False) -> None:
    """Write the grow sites of each artifact, or the reason why it could not be judged."""
    for artifact in report.artifacts:
        if artifact.judgement is None:
            text.render(Report(report.contract, (artifact,)), stream, colour=colour)
        else:
            stream.write(f"{printable(artifact.path)}: {_heading(artifact)}\n")
            stream.writelines(line + "\n" for line in _sites(artifact.judgement))


def _heading(artifact: ArtifactReport) -> str:
    sites = artifact.judgement.sites if artifact.judgement else ()
    not_valid = f", {NOT_VALIDATED}: {printable(why_unvalidated(artifact))}" if artifact.unvalidated else ""
    return counted(len(sites), "grow site") + not_valid


def _sites(judgement: Judgement) -> Iterator[str]:
    for site in sorted(judgement.sites, key=lambda site: site.offset):
        yield f"  0x{site.offset:06x}  memory {site.memory}  {_operand(site)}  {_function(site)}"


def _operand(site: Site) -> str:
    return "by a computed number" if site.operand is None else f"by {counted(site.operand, 'page')}"


def _function(site: Site) -> str:
    return f"in {printable(name_of(site.function))}"
