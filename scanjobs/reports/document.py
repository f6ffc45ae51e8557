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
from scanjobs.reports.checks import RuleBook, checklist, in_words, registered_rule, to_act_on
from scanjobs.reports.declaration import declaration_of
from scanjobs.reports.declared import against_declaration
from scanjobs.reports.history import History, changes_of
from scanjobs.reports.inventory import inventory, phases_of, third_party_hosts
from scanjobs.reports.languages import words_in
from scanjobs.reports.listed import (
    ChangesPart,
    DeclarationPart,
    DeclaredPart,
    HostRow,
    InventoryRow,
    StorageRow,
)
from scanjobs.reports.parts import (
    Branding,
    FindingPart,
    Identification,
    Note,
    RawLine,
    Scope,
    Summary,
    Verdict,
)
from scanjobs.reports.stored import stored_items
from scanjobs.reports.summary import summarise
from scanjobs.reports.verdict import judge
from scanjobs.reports.words import Words


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """Everything a report says, in the order it says it."""

    title: str
    words: Words
    """The language it is written in; what is drawn beside its texts is said in it too."""
    options: ReportOptions
    branding: Branding
    created_at: datetime
    identification: Identification
    verdict: Verdict
    scope: Scope
    summary: Summary
    findings: tuple[FindingPart, ...]
    """What calls for something, gravest first."""
    cookies: tuple[InventoryRow, ...]
    storage: tuple[StorageRow, ...]
    hosts: tuple[HostRow, ...]
    declared: DeclaredPart | None
    """None where nobody brought a declaration of the site."""
    changes: ChangesPart | None
    """None where there is no scan of the site before."""
    declaration: DeclarationPart
    checklist: tuple[FindingPart, ...]
    """Every rule, passed and not evaluable ones too."""
    raw_lines: tuple[RawLine, ...]
    """The first Set-Cookie lines of the captures, in the order of the inventory."""
    raw_lines_left_out: int
    glossary: tuple[Note, ...]
    licences: tuple[Note, ...]

    @property
    def language(self) -> str:
        """Its language as ISO 639-1 code."""
        return self.words.language


def build_document(
    scan: ScanRecord,
    report: ReportRecord,
    *,
    tool_version: str,
    rule_book: RuleBook = registered_rule,
    databases: Sequence[CookieDatabase] = (),
    history: History | None = None,
    branding: Branding | None = None,
) -> Document:
    """Decide what the report of one scan says; equal input gives an equal document.

    `databases` are those that its labels may come from; the bundled one is where there are none. `history`
    is what earlier scans of the site tell; nothing where it is None.
    """
    history, words = history or History(), words_in(report.options.language)
    rule_book = in_words(rule_book, words)
    rows = inventory(scan, words)
    storage = stored_items(scan)
    hosts = third_party_hosts(scan)
    checks = checklist(scan.findings, rule_book, history.first_seen)
    changes = changes_of(history, rule_book, words)
    lines = _raw_lines(rows, scan.values_kept)
    return Document(
        title=words("Cookie report for {site}", site=scan.site),
        words=words,
        options=report.options,
        branding=branding or Branding(),
        created_at=report.created_at,
        identification=_identification(scan, report, tool_version, words),
        verdict=judge(scan, checks, rows, words, changes.sentence if changes else None),
        scope=_scope(scan, words),
        summary=summarise(scan, rows, hosts, words),
        findings=to_act_on(checks),
        cookies=rows,
        storage=storage,
        hosts=hosts,
        declared=against_declaration(scan, words),
        changes=changes,
        declaration=declaration_of(scan, rows, storage, words),
        checklist=checks,
        raw_lines=lines[:RAW_LINES_SHOWN],
        raw_lines_left_out=max(0, len(lines) - RAW_LINES_SHOWN),
        glossary=tuple(Note(term=words(note.term), text=words(note.text)) for note in GLOSSARY),
        licences=_licences(scan, databases or (classification.default_database(),), words),
    )


def _raw_lines(rows: Sequence[InventoryRow], values_kept: bool) -> tuple[RawLine, ...]:
    """Every Set-Cookie line that was kept; none where lines hold values, which no report shows."""
    if values_kept:
        return ()
    return tuple(
        RawLine(phase=seen.phase, url=seen.first_url, line=seen.raw_set_cookie)
        for row in rows
        for seen in row.observations
        if seen.raw_set_cookie
    )


def _identification(
    scan: ScanRecord, report: ReportRecord, tool_version: str, words: Words
) -> Identification:
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
        rules_version=rules_version(scan),
        data_version=scan.data_version,
        notice=words(wording.NOTICE),
    )


def rules_version(scan: ScanRecord) -> str:
    """The versions of the rules that judged a scan."""
    return wording.versions(finding.rule_version for finding in scan.findings)


def _profile_title(scan: ScanRecord) -> str:
    try:
        return rules.find_profile(scan.profile).title
    except UsageError:
        return scan.profile


def _scope(scan: ScanRecord, words: Words) -> Scope:
    return Scope(
        captures=scan.captures,
        gaps=scan.gaps,
        unseen=tuple(_unseen(scan, words)),
        method=(
            words(
                "Captures of a browser visit were read: the responses that set cookies, the requests that "
                "sent them, and every host that was contacted."
            ),
            words(
                "What a cookie is for comes from the most trusted source that knows it: what users and the "
                "site say, what makers document, databases of names and vendors. Which one, and with how "
                "much confidence, stands beside every cookie."
            ),
            words(
                "The rules {rules} were then applied with the severities of the profile “{profile}” "
                "({title}). A rule whose input was missing answers “not evaluable”, which is never a pass; "
                "what no rule asks, no rule answers.",
                rules=", ".join(finding.rule_id for finding in scan.findings) or wording.NONE,
                profile=scan.profile,
                title=_profile_title(scan),
            ),
            words(VALUES_KEPT if scan.values_kept else VALUES_NOT_KEPT),
        ),
        phases=phases_of(scan),
        complete=scan.complete,
        values_kept=scan.values_kept,
    )


def _unseen(scan: ScanRecord, words: Words) -> Iterator[str]:
    for gap in scan.gaps:
        phase = words.within(gap.phase) if gap.phase else None
        where = ", ".join(filter(None, (gap.file_name, phase)))
        yield f"{gap.detail} ({where})" if where else gap.detail
    captured = phases_of(scan)
    for phase in (ConsentPhase.BEFORE, ConsentPhase.ACCEPTED, ConsentPhase.REJECTED):
        if phase not in captured:
            yield words("{phase}: there is no capture of this phase.", phase=words.name(phase))
    for capture in scan.captures:
        for skipped in capture.skipped:
            yield words(
                "Left out of {file}: {number} × {reason}.",
                file=capture.file_name,
                number=words.number(skipped.count),
                reason=skipped.reason,
            )


def _licences(scan: ScanRecord, databases: Sequence[CookieDatabase], words: Words) -> tuple[Note, ...]:
    """Whose data and works the report uses."""
    database = next((one for one in databases if one.version == scan.data_version), databases[-1])
    # Data of another version came from the same sources, but from which versions of them is not known.
    is_same_data = scan.data_version == database.version
    sources = []
    for source in database.sources:
        package = f"{source['package']} {source['version']}" if is_same_data else source["package"]
        sources.append(Note(term=source["name"], text=f"{package}; {source['licence']}; {source['url']}"))
    return (*sources, *(Note(term=note.term, text=words(note.text)) for note in LICENCES))


RAW_LINES_SHOWN = 100
VALUES_KEPT = "Cookie values were kept in the database at the user's request; this report does not show them."
VALUES_NOT_KEPT = "Cookie values were not kept: of each there is a salted hash, its length and its shape."
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
    Note(
        term="Noto Sans and Noto Emoji",
        text="the typefaces of the PDF; SIL Open Font License 1.1, Google LLC",
    ),
)
