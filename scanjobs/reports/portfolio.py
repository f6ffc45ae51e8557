"""Decides what a report about several sites says: which are worst, what they share, what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median_low

from scanjobs.domain.findings import Severity, VerdictStatus
from scanjobs.domain.reports import ReportKind, ReportRecord
from scanjobs.reports import wording
from scanjobs.reports.overview import Bar, Chart, Overview, Section, Tile
from scanjobs.reports.parts import Branding, Note
from scanjobs.reports.portfolio_tables import (
    changes_table,
    failing_rules,
    rules_table,
    scans_table,
    sites_table,
    vendors_table,
    withheld_table,
)
from scanjobs.reports.site_facts import SiteFacts
from scanjobs.reports.words import Words


def build_portfolio(
    sites: Sequence[SiteFacts],
    report: ReportRecord,
    words: Words,
    *,
    tool_version: str,
    branding: Branding | None = None,
) -> Overview:
    """Decide what the report of at least one site says; in which order they come does not matter."""
    sites = by_score(sites)
    status = _status(sites)
    subject = words.count(len(sites), "site", "sites")
    return Overview(
        kind=ReportKind.PORTFOLIO,
        kind_label=words("Portfolio report"),
        title=words("Cookie portfolio: {subject}", subject=subject),
        subject=subject,
        report_id=report.id,
        tool_version=tool_version,
        words=words,
        options=report.options,
        branding=branding or Branding(),
        created_at=report.created_at,
        status=status,
        status_label=words.name(status),
        headline=_headline(status, sites, words),
        sentences=tuple(_sentences(sites, words)),
        tiles=tuple(_tiles(sites, words)),
        facts=tuple(_facts(sites, report, tool_version, words)),
        sections=tuple(_sections(sites, words)),
        main="sites",
        scans=tuple(site.about for site in sites),
        notice=words(wording.NOTICE),
    )


def by_score(sites: Sequence[SiteFacts]) -> list[SiteFacts]:
    """By score, the worst site first; those without one at the end, the gravest verdict first."""

    def weight(site: SiteFacts) -> tuple[bool, int, int, int, str, str]:
        score, verdict = site.verdict.score, list(VerdictStatus).index(site.verdict.status)
        critical = -site.failed(Severity.CRITICAL)
        return (score is None, score or 0, verdict, critical, site.about.site, site.about.id)

    return sorted(sites, key=weight)


def _status(sites: Sequence[SiteFacts]) -> VerdictStatus:
    """The gravest verdict; withheld only where there is no other one."""
    found = {site.verdict.status for site in sites}
    order = (VerdictStatus.FAILED, VerdictStatus.ATTENTION, VerdictStatus.CLEAN)
    return next((status for status in order if status in found), VerdictStatus.WITHHELD)


def _headline(status: VerdictStatus, sites: Sequence[SiteFacts], words: Words) -> str:
    count = sum(site.verdict.status is status for site in sites)
    every = words.count(len(sites), "site", "sites")
    if status is VerdictStatus.FAILED:
        return words.plural(count, "{number} of {every} failed", "{number} of {every} failed", every=every)
    if status is VerdictStatus.ATTENTION:
        return words.plural(
            count,
            "{number} of {every} needs attention, none failed",
            "{number} of {every} need attention, none failed",
            every=every,
        )
    if status is VerdictStatus.CLEAN:
        return words.plural(
            count,
            "Nothing was found on {number} of {every} by the rules that could be evaluated",
            "Nothing was found on {number} of {every} by the rules that could be evaluated",
            every=every,
        )
    return words("No verdict on any site: the evidence is too thin")


def _sentences(sites: Sequence[SiteFacts], words: Words) -> Iterator[str]:
    count = Counter(site.verdict.status for site in sites)
    yield "; ".join(_told(status, count[status], words) for status in VerdictStatus if count[status]) + "."
    scored = [site for site in sites if site.verdict.score is not None]
    if len(scored) > 1:
        worst, best = scored[0], scored[-1]
        yield words(
            "Scores reach from {lowest} ({worst}) to {highest} ({best}).",
            lowest=words.number(worst.verdict.score or 0),
            worst=worst.about.site,
            highest=words.number(best.verdict.score or 0),
            best=best.about.site,
        )
    if (rules := failing_rules(sites)) and rules[0].failed:
        most = rules[0]
        yield words.plural(
            most.failed,
            "The rule that fails on most sites is {rule} ({title}): on {number} site.",
            "The rule that fails on most sites is {rule} ({title}): on {number} sites.",
            rule=most.rule_id,
            title=most.title,
        )
    oldest = min(sites, key=lambda site: (site.seen_at, site.about.site))
    yield words(
        "The oldest capture is of {date} ({site}).", date=words.date(oldest.seen_at), site=oldest.about.site
    )


def _told(status: VerdictStatus, number: int, words: Words) -> str:
    """How many sites have a verdict, as a part of a sentence."""
    if status is VerdictStatus.FAILED:
        return words.plural(number, "{number} site failed", "{number} sites failed")
    if status is VerdictStatus.ATTENTION:
        return words.plural(number, "{number} site needs attention", "{number} sites need attention")
    if status is VerdictStatus.CLEAN:
        return words.plural(number, "{number} site shows no finding", "{number} sites show no finding")
    return words.plural(
        number,
        "of {number} site the evidence is too thin for a verdict",
        "of {number} sites the evidence is too thin for a verdict",
    )


def _tiles(sites: Sequence[SiteFacts], words: Words) -> Iterator[Tile]:
    scores = [site.verdict.score for site in sites if site.verdict.score is not None]
    before = [site.before_consent for site in sites if site.before_consent is not None]
    numbers = (
        ("sites", words("sites"), len(sites), None),
        ("sites_without_score", words("without a score"), len(sites) - len(scores), None),
        ("median_score", words("median score, of 100"), median_low(scores) if scores else None, None),
        ("lowest_score", words("lowest score"), min(scores) if scores else None, None),
        *(
            (f"{severity}_failures", label, sum(site.failed(severity) for site in sites), severity)
            for severity, label in (
                (Severity.CRITICAL, words("critical failures")),
                (Severity.HIGH, words("failures of severity high")),
            )
        ),
        ("cookies_before_consent", words("cookies before any choice"), sum(before) if before else None, None),
        ("vendors", words("vendors"), len({name for site in sites for name in site.vendors}), None),
    )
    for key, label, value, tone in numbers:
        shown = wording.NONE if value is None else words.number(value)
        yield Tile(key=key, label=label, text=shown, value=value, tone=tone if value else None)


def _facts(
    sites: Sequence[SiteFacts], report: ReportRecord, tool_version: str, words: Words
) -> Iterator[Note]:
    captured = [site.seen_at for site in sites]
    oldest, newest = words.date(min(captured)), words.date(max(captured))
    yield Note(term=words("Sites"), text=", ".join(sorted(site.about.site for site in sites)))
    yield Note(
        term=words("Captured"),
        text=oldest
        if oldest == newest
        else words("between {oldest} and {newest}", oldest=oldest, newest=newest),
    )
    yield Note(term=words("Report made"), text=words.long_moment(report.created_at))
    yield Note(term=words("Profile"), text=", ".join(sorted({site.about.profile for site in sites})))
    yield Note(term=words("Report"), text=report.id)
    yield Note(
        term=words("Versions"),
        text=words(
            "scanjobs {tool}, rules {rules}, cookie data {data}",
            tool=tool_version,
            rules=", ".join(sorted({site.about.rules_version for site in sites})),
            data=", ".join(sorted({site.about.data_version for site in sites})),
        ),
    )


def _sections(sites: Sequence[SiteFacts], words: Words) -> Iterator[Section]:
    scored = [site for site in sites if site.verdict.score is not None]
    withheld = [site for site in sites if site.verdict.score is None]
    yield Section(
        key="sites",
        heading=words("Sites by score"),
        sentences=(
            words(
                "100 means that no rule failed or warned. Every rule that failed takes a share of what is "
                "left, by its severity; a score says nothing about what was not seen."
            ),
        ),
        chart=_scores(scored, words) if scored else None,
        table=sites_table(sites, words),
    )
    yield Section(
        key="withheld",
        heading=words("Sites without a score"),
        sentences=(words("Of these sites a number would promise more than was seen."),) if withheld else (),
        table=withheld_table(withheld, words),
    )
    yield Section(
        key="rules", heading=words("Rules that fail on most sites"), table=rules_table(sites, words)
    )
    yield Section(
        key="vendors",
        heading=words("Vendors over all sites"),
        sentences=(
            words(
                "Whose cookies and third-party hosts were seen, as far as a vendor is known; “before” counts "
                "the sites on which that was so before any choice."
            ),
        ),
        table=vendors_table(sites, words),
    )
    alone = sum(site.changes is None for site in sites)
    yield Section(
        key="changes",
        heading=words("Changes since each site's last scan"),
        sentences=(
            words.plural(
                alone,
                "Of {number} site there is no earlier scan to compare with.",
                "Of {number} sites there is no earlier scan to compare with.",
            ),
        )
        if 0 < alone < len(sites)
        else (),
        table=changes_table(sites, words),
    )
    yield Section(key="scans", heading=words("What this report rests on"), table=scans_table(sites, words))


def _scores(scored: Sequence[SiteFacts], words: Words) -> Chart:
    bars = []
    for site in scored:
        score = site.verdict.score or 0
        bars.append(Bar(site.about.site, score, words.number(score), site.verdict.status))
    return Chart(title=words("Compliance score"), bars=tuple(bars), most=100)
