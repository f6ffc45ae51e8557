"""What a portfolio keeps of one scan: its verdict, its numbers, its vendors, what changed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from scanjobs.domain.cookies import ConsentPhase, Party
from scanjobs.domain.findings import Outcome, Severity
from scanjobs.domain.purposes import Category
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports.checks import RuleBook, checklist, in_words
from scanjobs.reports.document import rules_version
from scanjobs.reports.history import History, changes_of
from scanjobs.reports.inventory import inventory, third_party_hosts
from scanjobs.reports.listed import ChangesPart
from scanjobs.reports.overview import AboutScan
from scanjobs.reports.parts import FindingPart, Verdict
from scanjobs.reports.summary import summarise
from scanjobs.reports.verdict import judge
from scanjobs.reports.words import Words


@dataclass(slots=True)
class VendorUse:
    """What one scan shows of a vendor."""

    cookies: int = 0
    hosts: set[str] = field(default_factory=set)
    is_before_consent: bool = False
    """Whether anything of the vendor was seen before any choice."""
    categories: Counter[Category] = field(default_factory=Counter)


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteFacts:
    """One site as a portfolio shows it."""

    about: AboutScan
    verdict: Verdict
    checks: tuple[FindingPart, ...]
    """The answer of every rule, without the things that it names."""
    cookies: int
    third_party_ratio: float | None
    """0 to 1; None without cookies."""
    before_consent: int | None
    """None where nothing was captured before any choice."""
    after_rejection: int | None
    third_party_hosts: int
    vendors: Mapping[str, VendorUse]
    changes: ChangesPart | None
    """Counts and answers of rules only; None where there is no scan of the site before."""

    @property
    def seen_at(self) -> datetime:
        """When the site was captured, or taken in where the captures do not tell."""
        return self.about.captured_at or self.about.created_at

    def failed(self, severity: Severity) -> int:
        """How many rules of a severity failed."""
        return sum(check.outcome is Outcome.FAIL and check.severity is severity for check in self.checks)


def facts_of(scan: ScanRecord, history: History, rule_book: RuleBook, words: Words) -> SiteFacts:
    """Judge one scan as its own report does, and keep what is told beside other sites."""
    rule_book = in_words(rule_book, words)
    rows = inventory(scan, words)
    hosts = third_party_hosts(scan)
    checks = checklist(scan.findings, rule_book, history.first_seen)
    summary = summarise(scan, rows, hosts, words)
    changes = changes_of(history, rule_book, words)
    return SiteFacts(
        about=about_scan(scan),
        verdict=replace(judge(scan, checks, rows, words), top=(), not_evaluable=()),
        checks=tuple(replace(check, items=()) for check in checks),
        cookies=summary.total_cookies,
        third_party_ratio=summary.third_party_ratio,
        before_consent=summary.cookies_before_consent,
        after_rejection=summary.cookies_after_rejection,
        third_party_hosts=summary.third_party_hosts,
        vendors=_vendors(scan),
        changes=replace(changes, rows=()) if changes else None,
    )


def about_scan(scan: ScanRecord) -> AboutScan:
    """What tells a scan from every other one."""
    return AboutScan(
        id=scan.id,
        site=scan.site,
        created_at=scan.created_at,
        captured_at=scan.captured_at,
        profile=scan.profile,
        tool_version=scan.tool_version,
        rules_version=rules_version(scan),
        data_version=scan.data_version,
    )


def _vendors(scan: ScanRecord) -> Mapping[str, VendorUse]:
    """Vendors by name, of cookies and of third-party hosts."""
    uses: defaultdict[str, VendorUse] = defaultdict(VendorUse)
    for cookie in scan.cookies:
        if cookie.label.vendor:
            use = uses[cookie.label.vendor]
            use.cookies += 1
            use.categories[cookie.label.category] += 1
            use.is_before_consent |= ConsentPhase.BEFORE in cookie.phases
    for host in scan.hosts:
        if host.vendor and host.party is Party.THIRD:
            use = uses[host.vendor]
            use.hosts.add(host.contact.host)
            use.categories[host.category] += 1
            use.is_before_consent |= host.contact.phase is ConsentPhase.BEFORE
    return dict(uses)
