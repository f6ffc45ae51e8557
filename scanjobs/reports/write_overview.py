"""Writes a report about several scans: load one after the other, decide, draw, put the file in place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scanjobs import __version__
from scanjobs.config import Settings
from scanjobs.db import scans
from scanjobs.domain.reports import ReportKind, ReportRecord, ReportVersions
from scanjobs.errors import ReportError
from scanjobs.files import write_atomically
from scanjobs.reports.branding import load_branding
from scanjobs.reports.checks import registered_rule
from scanjobs.reports.comparing import build_comparison
from scanjobs.reports.formats import overview_renderer_for
from scanjobs.reports.history import history_of, judged_afresh
from scanjobs.reports.languages import words_in
from scanjobs.reports.overview import Overview
from scanjobs.reports.portfolio import build_portfolio
from scanjobs.reports.site_facts import SiteFacts, facts_of
from scanjobs.reports.words import Words

OnProgress = Callable[[float, str], None]
"""Called with percent, 0 to 100, and what is being done."""


@dataclass(frozen=True, slots=True)
class Written:
    """A file that is in place, and what it was written with."""

    size: int
    sha256: str
    versions: ReportVersions


def write_overview(settings: Settings, report: ReportRecord, on_progress: OnProgress) -> Written:
    """Write a portfolio report or a comparison.

    Raises:
        ReportError: its scans are gone.
        StorageError: the file cannot be written.
    """
    words = words_in(report.options.language)
    build = _portfolio if report.kind is ReportKind.PORTFOLIO else _comparison
    overview = build(settings, report, words, on_progress)
    on_progress(70, "Drawing")

    def drawn(percent: float, phase: str) -> None:
        on_progress(70 + percent * 0.25, phase)

    renderer = overview_renderer_for(report.format)
    size, sha256 = write_atomically(Path(report.path), lambda file: renderer.render(overview, file, drawn))
    versions = ReportVersions(
        tool=__version__,
        rules=", ".join(sorted({scan.rules_version for scan in overview.scans})),
        data=", ".join(sorted({scan.data_version for scan in overview.scans})),
    )
    return Written(size, sha256, versions)


def _portfolio(settings: Settings, report: ReportRecord, words: Words, on_progress: OnProgress) -> Overview:
    sites: list[SiteFacts] = []
    for number, scan_id in enumerate(report.scan_ids):
        on_progress(
            70 * number / len(report.scan_ids), f"Reading scan {number + 1} of {len(report.scan_ids)}"
        )
        # One scan at a time: what is kept of each is small.
        scan = scans.load_scan(settings, scan_id)
        sites.append(facts_of(scan, history_of(settings, scan), registered_rule, words))
    if not sites:
        raise ReportError("The scans of this report are gone.", hint="Submit it again.")
    return build_portfolio(sites, report, words, tool_version=__version__, branding=load_branding(settings))


def _comparison(settings: Settings, report: ReportRecord, words: Words, on_progress: OnProgress) -> Overview:
    if len(report.scan_ids) != 2:
        raise ReportError("A scan of this comparison is gone.", hint="Submit it again.")
    on_progress(0, "Loading the scans")
    older, newer = (scans.load_scan(settings, scan_id) for scan_id in report.scan_ids)
    on_progress(30, "Comparing them")
    return build_comparison(
        judged_afresh(older, newer.profile),
        judged_afresh(newer, newer.profile),
        report,
        words,
        tool_version=__version__,
        branding=load_branding(settings),
    )
