"""Reports about several scans for tests: portfolios, comparisons, and each renderer as one call."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

from scanjobs.comparison import compare
from scanjobs.domain.reports import ReportFormat, ReportKind
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports.comparing import build_comparison
from scanjobs.reports.formats import overview_renderer_for
from scanjobs.reports.history import History
from scanjobs.reports.languages import words_in
from scanjobs.reports.overview import Overview
from scanjobs.reports.parts import Branding
from scanjobs.reports.portfolio import build_portfolio
from scanjobs.reports.site_facts import facts_of
from tests import factories
from tests.unit.reports.documents import rule_facts


def portfolio_of(
    *scans: ScanRecord,
    before: dict[str, ScanRecord] | None = None,
    language: str = "en",
    branding: Branding | None = None,
    **report: Any,
) -> Overview:
    """The portfolio of scans; `before` has the earlier scan of a site, where there is one."""
    words, sites = words_in(language), []
    for scan in scans:
        older = (before or {}).get(scan.site)
        history = History(older=older, newer=scan, comparison=compare(older, scan)) if older else History()
        sites.append(facts_of(scan, history, rule_facts, words))
    record = factories.report_record(kind=ReportKind.PORTFOLIO, scan_id=None, **report)
    return build_portfolio(sites, record, words, tool_version="0.1.0", branding=branding)


def comparison_of(older: ScanRecord, newer: ScanRecord, language: str = "en", **report: Any) -> Overview:
    """The comparison of two scans."""
    record = factories.report_record(kind=ReportKind.COMPARISON, scan_id=None, **report)
    words = words_in(language)
    return build_comparison(older, newer, record, words, tool_version="0.1.0", rule_book=rule_facts)


def scan_of(site: str, *findings: Any, **changes: Any) -> ScanRecord:
    """A scan of a site with these answers of rules."""
    number = sum(map(ord, site))
    values = {"id": f"{number:08x}-0000-4000-8000-000000000001", "site": site, "findings": findings}
    return factories.scan_record(**(values | changes))


def render_overview(overview: Overview, format: ReportFormat) -> bytes:
    """Draw an overview into memory and check that the progress only grows."""
    file, told = io.BytesIO(), []
    overview_renderer_for(format).render(overview, file, lambda percent, _: told.append(percent))
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0, 100)
    return file.getvalue()


def texts(overview: Overview, table: str) -> list[list[str]]:
    """What a reader sees of a table."""
    (found,) = [one for one in overview.tables if one.key == table]
    return [[cell.text for cell in row] for row in found.rows]


def values(overview: Overview, table: str) -> list[dict[str, Any]]:
    """What a program reads of a table."""
    (found,) = [one for one in overview.tables if one.key == table]
    keys = [column.key for column in found.columns]
    return [{key: cell.value for key, cell in zip(keys, row, strict=True)} for row in found.rows]


def renamed(scan: ScanRecord, site: str) -> ScanRecord:
    """The same scan of another site."""
    return replace(scan, id=f"{sum(map(ord, site)):08x}-0000-4000-8000-000000000001", site=site)
