"""The tables of a portfolio report: sites, rules, vendors, changes, and the scans it rests on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from scanjobs.domain.findings import Outcome, Severity
from scanjobs.domain.ids import short
from scanjobs.domain.purposes import Category
from scanjobs.reports import cells
from scanjobs.reports.changes import direction
from scanjobs.reports.listed import ChangeCount, ChangesPart
from scanjobs.reports.overview import Cell, Column, OverviewTable
from scanjobs.reports.site_facts import SiteFacts
from scanjobs.reports.words import Words

VENDORS_SHOWN = 30
_SEVERITIES = list(Severity)
_CATEGORIES = list(Category)
WEIGHED = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)
"""The severities that a score goes by."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleCount:
    """How one rule answers over all sites."""

    rule_id: str
    title: str
    severity: Severity
    """The gravest that it has on any site."""
    outcomes: Counter[Outcome]

    @property
    def failed(self) -> int:
        """On how many sites it fails."""
        return self.outcomes[Outcome.FAIL]


def failing_rules(sites: Sequence[SiteFacts]) -> list[RuleCount]:
    """The rules that fail somewhere, or warn: those that fail on most sites first."""
    checks = defaultdict(list)
    for site in sites:
        for check in site.checks:
            checks[check.rule_id].append(check)
    counts = [
        RuleCount(
            rule_id=rule_id,
            title=found[0].title,
            severity=min((check.severity for check in found), key=_SEVERITIES.index),
            outcomes=Counter(check.outcome for check in found),
        )
        for rule_id, found in checks.items()
    ]
    failing = [one for one in counts if one.failed or one.outcomes[Outcome.WARN]]
    return sorted(
        failing,
        key=lambda one: (
            -one.failed,
            -one.outcomes[Outcome.WARN],
            _SEVERITIES.index(one.severity),
            one.rule_id,
        ),
    )


def sites_table(sites: Sequence[SiteFacts], words: Words) -> OverviewTable:
    """Every site in one row."""
    return OverviewTable(
        key="sites",
        title=words("Sites by score"),
        columns=(
            Column(key="site", title=words("Site"), weight=4.1, names_row=True),
            Column(key="score", title=words("Score"), weight=1.1, is_number=True),
            Column(key="verdict", title=words("Verdict"), weight=2.1, is_choice=True),
            *_severity_columns(words),
            Column(key="cookies", title=words("Cookies"), weight=1.35, is_number=True),
            Column(key="before_consent", title=words("Before"), weight=1.2, is_number=True),
            Column(key="third_party_share", title=words("Third party"), weight=1.2, is_number=True),
            Column(key="third_party_hosts", title=words("Third-party hosts"), is_number=True, is_detail=True),
            Column(key="captured_at", title=words("Captured"), weight=1.8, is_day=True),
            Column(key="score_withheld", title=words("Why there is no score"), is_detail=True),
            Column(key="scan_id", title=words("Scan"), is_detail=True),
        ),
        rows=tuple(
            (
                cells.text(site.about.site),
                cells.number(site.verdict.score, words),
                cells.name(site.verdict.status, words),
                *_failures(site, words),
                cells.number(site.cookies, words),
                cells.number(site.before_consent, words),
                cells.share(site.third_party_ratio, words),
                cells.number(site.third_party_hosts, words),
                cells.day(site.about.captured_at),
                cells.text(site.verdict.score_withheld),
                cells.text(site.about.id),
            )
            for site in sites
        ),
        otherwise=words("There is no site."),
    )


def withheld_table(withheld: Sequence[SiteFacts], words: Words) -> OverviewTable:
    """Sites without a score, and why."""
    return OverviewTable(
        key="withheld",
        title=words("Sites without a score"),
        columns=(
            Column(key="site", title=words("Site"), weight=2.4, names_row=True),
            Column(key="verdict", title=words("Verdict"), weight=1.7, is_choice=True),
            Column(key="why", title=words("Why there is no score"), weight=4.5),
            *_severity_columns(words),
        ),
        rows=tuple(
            (
                cells.text(site.about.site),
                cells.name(site.verdict.status, words),
                cells.text(site.verdict.score_withheld),
                *_failures(site, words),
            )
            for site in withheld
        ),
        otherwise=words("Every site has a score."),
    )


def rules_table(sites: Sequence[SiteFacts], words: Words) -> OverviewTable:
    """The rules that fail or warn somewhere, and on how many sites."""
    outcomes = (
        ("failed", words("Failed"), Outcome.FAIL),
        ("warned", words("Warned"), Outcome.WARN),
        ("passed", words("Passed"), Outcome.PASS),
        ("not_evaluable", words("Not evaluable"), Outcome.NOT_EVALUABLE),
    )
    return OverviewTable(
        key="rules",
        title=words("Rules that fail on most sites"),
        columns=(
            Column(key="rule_id", title=words("Rule"), weight=0.9, names_row=True),
            Column(key="title", title=words("What it asks"), weight=5.6),
            Column(key="severity", title=words("Severity"), weight=1.5, is_choice=True),
            *(Column(key=key, title=title, weight=1.2, is_number=True) for key, title, _ in outcomes),
        ),
        rows=tuple(
            (
                cells.text(rule.rule_id),
                cells.text(rule.title),
                cells.name(rule.severity, words),
                *(cells.number(rule.outcomes[outcome], words) for _, _, outcome in outcomes),
            )
            for rule in failing_rules(sites)
        ),
        otherwise=words("No rule failed or warned on any site."),
    )


def vendors_table(sites: Sequence[SiteFacts], words: Words) -> OverviewTable:
    """Vendors over all sites, those on most sites first."""
    uses = defaultdict(list)
    for site in sites:
        for name, use in site.vendors.items():
            uses[name].append(use)
    ranked = sorted(
        uses.items(),
        key=lambda pair: (
            -len(pair[1]),
            -sum(use.is_before_consent for use in pair[1]),
            -sum(use.cookies for use in pair[1]),
            pair[0].casefold(),
            pair[0],
        ),
    )
    rows = []
    for name, found in ranked:
        categories: Counter[Category] = sum((use.categories for use in found), Counter())
        purpose = min(categories, key=lambda one: (-categories[one], _CATEGORIES.index(one)))
        rows.append(
            (
                cells.text(name),
                cells.name(purpose, words),
                cells.number(len(found), words),
                cells.number(sum(use.is_before_consent for use in found), words),
                cells.number(sum(use.cookies for use in found), words),
                cells.number(len(frozenset[str]().union(*(use.hosts for use in found))), words),
            )
        )
    return OverviewTable(
        key="vendors",
        title=words("Vendors over all sites"),
        columns=(
            Column(key="vendor", title=words("Vendor"), weight=4, names_row=True),
            Column(key="purpose", title=words("Purpose"), weight=2, is_choice=True),
            Column(key="sites", title=words("Sites"), weight=1, is_number=True),
            Column(key="sites_before_consent", title=words("Before"), weight=1, is_number=True),
            Column(key="cookies", title=words("Cookies"), weight=1, is_number=True),
            Column(key="hosts", title=words("Hosts"), weight=1, is_number=True),
        ),
        rows=tuple(rows),
        otherwise=words("No vendor is known of what was seen."),
        shown=VENDORS_SHOWN,
        cut=cells.cut(VENDORS_SHOWN, len(rows), words),
    )


def changes_table(sites: Sequence[SiteFacts], words: Words) -> OverviewTable:
    """What changed since each site's scan before, sites whose rules answer worse first."""
    compared = [(site, site.changes) for site in sites if site.changes]
    compared.sort(key=lambda pair: (-_worse(pair[1]), _better(pair[1])))
    return OverviewTable(
        key="changes",
        title=words("Changes since each site's last scan"),
        columns=(
            Column(key="site", title=words("Site"), weight=3.4, names_row=True),
            Column(key="since", title=words("Since"), weight=1.8, is_day=True),
            Column(key="score_then", title=words("Score then"), weight=1.2, is_number=True),
            Column(key="score_now", title=words("Score now"), weight=1.2, is_number=True),
            Column(key="rules_worse", title=words("Rules worse"), weight=1.2, is_number=True),
            Column(key="rules_better", title=words("Rules better"), weight=1.2, is_number=True),
            Column(key="cookies_added", title=words("Cookies added"), weight=1.4, is_number=True),
            Column(key="cookies_removed", title=words("Cookies removed"), weight=1.5, is_number=True),
            Column(key="vendors_added", title=words("Vendors added"), weight=1.4, is_number=True),
            Column(key="vendors_removed", title=words("Vendors removed"), weight=1.5, is_number=True),
            Column(key="what", title=words("What changed"), is_detail=True),
        ),
        rows=tuple(_change_row(site, changes, words) for site, changes in compared),
        otherwise=words("There is no earlier scan of any of these sites to compare with."),
    )


def scans_table(sites: Sequence[SiteFacts], words: Words) -> OverviewTable:
    """The scans themselves."""
    return OverviewTable(
        key="scans",
        title=words("Scans"),
        columns=(
            Column(key="site", title=words("Site"), weight=3, names_row=True),
            Column(key="scan", title=words("Scan"), weight=1.5),
            Column(key="captured_at", title=words("Captured"), weight=2),
            Column(key="taken_in_at", title=words("Taken in"), weight=2),
            Column(key="profile", title=words("Profile"), weight=1.4),
            Column(key="rules_version", title=words("Rules"), weight=1.4),
            Column(key="data_version", title=words("Cookie data"), weight=2),
        ),
        rows=tuple(
            (
                cells.text(site.about.site),
                Cell(short(site.about.id), site.about.id),
                Cell(words.moment(site.about.captured_at), site.about.captured_at),
                Cell(words.moment(site.about.created_at), site.about.created_at),
                cells.text(site.about.profile),
                cells.text(site.about.rules_version),
                cells.text(site.about.data_version),
            )
            for site in sorted(sites, key=lambda site: (site.about.site, site.about.id))
        ),
        otherwise=words("There is no scan."),
    )


def _severity_columns(words: Words) -> list[Column]:
    """A column for each severity that weighs, for how many rules failed."""
    return [
        Column(key=f"failed_{severity}", title=words.name(severity), weight=1.35, is_number=True)
        for severity in WEIGHED
    ]


def _failures(site: SiteFacts, words: Words) -> list[Cell]:
    return [cells.number(site.failed(severity), words) for severity in WEIGHED]


def _change_row(site: SiteFacts, changes: ChangesPart, words: Words) -> tuple[Cell, ...]:
    counts: dict[str, ChangeCount] = {count.sort: count for count in changes.counts}
    return (
        cells.text(site.about.site),
        cells.day(changes.older_at),
        cells.number(changes.older_score, words),
        cells.number(changes.newer_score, words),
        cells.number(_worse(changes), words),
        cells.number(_better(changes), words),
        cells.number(counts["cookies"].added, words),
        cells.number(counts["cookies"].removed, words),
        cells.number(counts["vendors"].added, words),
        cells.number(counts["vendors"].removed, words),
        cells.text(changes.sentence),
    )


def _worse(changes: ChangesPart) -> int:
    return sum(direction(row) > 0 for row in changes.findings)


def _better(changes: ChangesPart) -> int:
    return sum(direction(row) < 0 for row in changes.findings)
