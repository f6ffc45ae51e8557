"""How one scan looks in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from scanjobs import console
from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.findings import Outcome, Severity
from scanjobs.domain.ids import short
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports import wording
from scanjobs.reports.checks import checklist, registered_rule
from scanjobs.reports.inventory import inventory
from scanjobs.reports.verdict import judge
from scanjobs.reports.words import ENGLISH

OUTCOME_STYLES = {
    Outcome.FAIL: "bold red",
    Outcome.WARN: "yellow",
    Outcome.PASS: "green",
    Outcome.INFO: "cyan",
    Outcome.NOT_EVALUABLE: "dim",
}
ORDER = (Outcome.FAIL, Outcome.WARN, Outcome.NOT_EVALUABLE, Outcome.INFO, Outcome.PASS)
MOST_COOKIES = 40


def scan_view(scan: ScanRecord) -> Iterator[RenderableType]:
    """What it is, what the rules say, what it stored."""
    yield Text.assemble((console.printable(scan.site), "bold"), "  scan ", (short(scan.id), "bold cyan"))
    yield console.facts(_identity(scan))
    yield ""
    yield _findings(scan)
    yield ""
    yield _cookies(scan)
    if len(scan.cookies) > MOST_COOKIES:
        rest = len(scan.cookies) - MOST_COOKIES
        yield Text(f"… and {rest:,} more; a report or --json has them all.", style="dim")


def _identity(scan: ScanRecord) -> Iterator[tuple[str, str]]:
    if scan.page_url:
        yield "page", scan.page_url
    captured = f"{scan.captured_at:%Y-%m-%d %H:%M} UTC" if scan.captured_at else "unknown"
    yield "captured", captured
    for capture in scan.captures:
        tool = " ".join(filter(None, (capture.tool, capture.tool_version))) or "unknown tool"
        noun = ("request",) if capture.format == "har" else ("entry", "entries")
        told = f"{capture.file_name} by {tool}, {console.counted(capture.entries, *noun)}"
        yield str(capture.phase), told
    for gap in scan.gaps:
        yield "not seen", gap.detail
    verdict = judge(scan, checklist(scan.findings, registered_rule, {}), inventory(scan, ENGLISH), ENGLISH)
    if verdict.score is None:
        yield "score", f"none: {verdict.score_withheld}"
    else:
        yield "score", f"{verdict.score} of 100 by the profile {scan.profile}"


def _findings(scan: ScanRecord) -> Table:
    table = console.table("Rule", "Outcome", "Severity", "Finding")
    severities = list(Severity)
    for finding in sorted(
        scan.findings, key=lambda f: (ORDER.index(f.outcome), severities.index(f.severity), f.rule_id)
    ):
        style = OUTCOME_STYLES[finding.outcome]
        judged = finding.outcome in (Outcome.FAIL, Outcome.WARN)
        table.add_row(
            finding.rule_id,
            Text(finding.outcome.replace("_", " "), style=style),
            str(finding.severity) if judged else "",
            console.printable(finding.summary),
        )
    return table


def _cookies(scan: ScanRecord) -> Table:
    phases = [phase for phase in ConsentPhase if any(phase == capture.phase for capture in scan.captures)]
    table = console.table("Cookie", "Domain", "Category", "Vendor", ">Lives", *(p[:3] for p in phases))
    table.padding = (0, 1, 0, 0)  # eight columns have to fit into eighty characters
    for column, least in zip(table.columns, (14, 16, 12, 10), strict=False):
        column.min_width = least
    for cookie in scan.cookies[:MOST_COOKIES]:
        category = cookie.label.category
        table.add_row(
            Text(console.printable(cookie.key.name), overflow="fold"),
            _on_one_line(cookie.latest.shown_domain),
            Text(category, style=console.CATEGORY_STYLES[category]),
            _on_one_line(cookie.label.vendor or "–"),
            wording.lifetime(cookie.latest),
            *("●" if phase in cookie.phases else "" for phase in phases),
        )
    return table


def _on_one_line(text: str) -> Text:
    return Text(console.printable(text), no_wrap=True, overflow="ellipsis")
