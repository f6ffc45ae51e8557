"""Decides what a report says: one frozen value that every renderer draws and none adds to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from scanjobs import classification, rules
from scanjobs.classification import CookieDatabase
from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.reports import ReportOptions, ReportRecord
from scanjobs.domain.scans import ScanRecord
from scanjobs.errors import UsageError
from scanjobs.reports import wording
from scanjobs.reports.checks import RuleBook, checklist, registered_rule, to_act_on
from scanjobs.reports.inventory import inventory, phases_of, third_party_hosts
from scanjobs.reports.parts import (
    FindingPart,
    HostRow,
    Identification,
    InventoryRow,
    Note,
    Scope,
    Summary,
    Verdict,
)
from scanjobs.reports.summary import summarise
from scanjobs.reports.verdict import judge


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """Everything a report says, in the order it says it."""

    title: str
    language: str
    options: ReportOptions
    created_at: datetime
    identification: Identification
    verdict: Verdict
    scope: Scope
    summary: Summary
    findings: tuple[FindingPart, ...]
    """What calls for something, gravest first."""
    cookies: tuple[InventoryRow, ...]
    hosts: tuple[HostRow, ...]
    checklist: tuple[FindingPart, ...]
    """Every rule, passed and not evaluable ones too."""
    glossary: tuple[Note, ...]
    licences: tuple[Note, ...]


def build_document(
    scan: ScanRecord,
    report: ReportRecord,
    *,
    tool_version: str,
    rule_book: RuleBook = registered_rule,
    databases: Sequence[CookieDatabase] = (),
) -> Document:
    """Decide what the report of one scan says; equal input gives an equal document.

    `databases` are those that its labels may come from; the bundled one is where there are none.
    """
    rows = inventory(scan)
    hosts = third_party_hosts(scan)
    checks = checklist(scan.findings, rule_book)
    return Document(
        title=f"Cookie report for {scan.site}",
        language=report.options.language,
        options=report.options,
        created_at=report.created_at,
        identification=_identification(scan, report, tool_version),
        verdict=judge(scan, checks, rows),
        scope=_scope(scan),
        summary=summarise(scan, rows, hosts),
        findings=to_act_on(checks),
        cookies=rows,
        hosts=hosts,
        checklist=checks,
        glossary=GLOSSARY,
        licences=_licences(scan, databases or (classification.default_database(),)),
    )


def _identification(scan: ScanRecord, report: ReportRecord, tool_version: str) -> Identification:
    return Identification(
        site=scan.site,
        page_url=scan.page_url,
        scan_id=scan.id,
        report_id=report.id,
        profile=scan.profile,
        profile_title=_profile_title(scan),
        created_at=report.created_at,
        scanned_at=scan.created_at,
        captured_at=scan.captured_at,
        tool_version=tool_version,
        scan_tool_version=scan.tool_version,
        rules_version=", ".join(sorted({finding.rule_version for finding in scan.findings})) or wording.NONE,
        data_version=scan.data_version,
        notice=wording.NOTICE,
    )


def _profile_title(scan: ScanRecord) -> str:
    try:
        return rules.find_profile(scan.profile).title
    except UsageError:
        return scan.profile


def _scope(scan: ScanRecord) -> Scope:
    values = (
        "Cookie values were kept in the database at the user's request; this report does not show them."
        if scan.values_kept
        else "Cookie values were not kept: of each there is a salted hash, its length and its shape."
    )
    return Scope(
        captures=scan.captures,
        gaps=scan.gaps,
        unseen=tuple(_unseen(scan)),
        method=(
            "Captures of a browser visit were read: the responses that set cookies, the requests that sent "
            "them, and every host that was contacted.",
            "What a cookie is for comes from the most trusted source that knows it: what users and the site "
            "say, what makers document, databases of names and vendors. Which one, and with how much "
            "confidence, stands beside every cookie.",
            f"The rules {', '.join(finding.rule_id for finding in scan.findings) or wording.NONE} were then "
            f"applied with the severities of the profile “{scan.profile}” ({_profile_title(scan)}). A rule "
            "whose input was missing answers “not evaluable”, which is never a pass; what no rule asks, "
            "no rule answers.",
            values,
        ),
        phases=phases_of(scan),
        complete=scan.complete,
        values_kept=scan.values_kept,
    )


def _unseen(scan: ScanRecord) -> Iterator[str]:
    for gap in scan.gaps:
        phase = wording.PHASE[gap.phase].lower() if gap.phase else None
        where = ", ".join(filter(None, (gap.file_name, phase)))
        yield f"{gap.detail} ({where})" if where else gap.detail
    captured = phases_of(scan)
    for phase in (ConsentPhase.BEFORE, ConsentPhase.ACCEPTED, ConsentPhase.REJECTED):
        if phase not in captured:
            yield f"{wording.PHASE[phase]}: there is no capture of this phase."
    for capture in scan.captures:
        for skipped in capture.skipped:
            yield f"Left out of {capture.file_name}: {wording.number(skipped.count)} × {skipped.reason}."


def _licences(scan: ScanRecord, databases: Sequence[CookieDatabase]) -> tuple[Note, ...]:
    """Whose data and works the report uses."""
    database = next((one for one in databases if one.version == scan.data_version), databases[-1])
    # Data of another version came from the same sources, but from which versions of them is not known.
    is_same_data = scan.data_version == database.version
    sources = []
    for source in database.sources:
        package = f"{source['package']} {source['version']}" if is_same_data else source["package"]
        sources.append(Note(term=source["name"], text=f"{package}; {source['licence']}; {source['url']}"))
    return (*sources, *LICENCES)


GLOSSARY = (
    Note(
        term="Before any choice · After accepting · After rejecting",
        text="The consent phase: what the visitor had chosen when something was observed.",
    ),
    Note(
        term="First party · Third party",
        text="A cookie is first-party when its domain and the scanned site share their registrable domain.",
    ),
    Note(
        term="Set · Sent",
        text="“Set” means that a response asked the browser to store the cookie. “Sent” means that it was "
        "seen in requests only, as cookies made by scripts are; its attributes are then unknown.",
    ),
    Note(
        term="Exempt",
        text="Whether a cookie may be stored without consent because the service asked for needs it "
        "(ePrivacy Directive 5(3), WP194). “Undetermined” means that nobody has judged it; it is never read "
        "as yes.",
    ),
    Note(
        term="[U+202E]",
        text="A character that cannot be drawn, or that would hide or turn its neighbours, is shown by its "
        "Unicode code point.",
    ),
)
LICENCES = (
    Note(term="Public Suffix List", text="registrable domains; Mozilla Public License 2.0"),
    Note(term="Noto Sans", text="the typeface of the PDF; SIL Open Font License 1.1, Google LLC"),
)
