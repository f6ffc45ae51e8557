"""The tables of a report that compares two scans, and the pair that they are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scanjobs.comparison import ChangeKind
from scanjobs.reports import cells
from scanjobs.reports.changes import direction
from scanjobs.reports.listed import ChangesPart, FindingChangeRow
from scanjobs.reports.overview import Cell, Column, OverviewTable
from scanjobs.reports.site_facts import SiteFacts
from scanjobs.reports.words import Words

CHANGES_SHOWN = 400


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """Both scans, and what differs between them."""

    older: SiteFacts
    newer: SiteFacts
    changes: ChangesPart

    @property
    def is_one_site(self) -> bool:
        """Whether both are of the same site."""
        return self.older.about.site == self.newer.about.site

    @property
    def worse(self) -> list[FindingChangeRow]:
        """Rules that answer worse of the newer scan."""
        return [row for row in self.changes.findings if direction(row) > 0]

    @property
    def better(self) -> list[FindingChangeRow]:
        """Rules that answer better of the newer scan."""
        return [row for row in self.changes.findings if direction(row) < 0]

    def count(self, kind: ChangeKind) -> int:
        """How many things were added, removed or changed."""
        return sum(row.kind is kind for row in self.changes.rows)


def scans_table(pair: Pair, words: Words) -> OverviewTable:
    """What both scans are and show, a line each."""

    def row(key: str, term: str, made: Sequence[Cell]) -> tuple[Cell, ...]:
        return (Cell(term, key), *made)

    both = (pair.older, pair.newer)
    return OverviewTable(
        key="scans",
        title=words("The two scans"),
        columns=(
            Column(key="fact", title=words("What"), weight=2, names_row=True),
            Column(key="older", title=words("Older scan"), weight=3),
            Column(key="newer", title=words("Newer scan"), weight=3),
        ),
        rows=(
            row("site", words("Site"), [cells.text(one.about.site) for one in both]),
            row("id", words("Scan"), [cells.text(one.about.id) for one in both]),
            row(
                "captured_at",
                words("Captured"),
                [Cell(words.moment(one.about.captured_at), one.about.captured_at) for one in both],
            ),
            row(
                "created_at",
                words("Taken in"),
                [Cell(words.moment(one.about.created_at), one.about.created_at) for one in both],
            ),
            row("data_version", words("Cookie data"), [cells.text(one.about.data_version) for one in both]),
            row("verdict", words("Verdict"), [cells.name(one.verdict.status, words) for one in both]),
            row("score", words("Score"), [cells.number(one.verdict.score, words) for one in both]),
            row(
                "rules_failed",
                words("Rules failed"),
                [cells.number(one.verdict.failed, words) for one in both],
            ),
            row(
                "rules_warned",
                words("Rules warned"),
                [cells.number(one.verdict.warned, words) for one in both],
            ),
            row("cookies", words("Cookies"), [cells.number(one.cookies, words) for one in both]),
            row(
                "cookies_before_consent",
                words("Before any choice"),
                [cells.number(one.before_consent, words) for one in both],
            ),
            row(
                "cookies_after_rejection",
                words("After rejecting"),
                [cells.number(one.after_rejection, words) for one in both],
            ),
            row(
                "third_party_share",
                words("By third parties"),
                [cells.share(one.third_party_ratio, words) for one in both],
            ),
            row(
                "third_party_hosts",
                words("Third-party hosts"),
                [cells.number(one.third_party_hosts, words) for one in both],
            ),
            row("vendors", words("Vendors"), [cells.number(len(one.vendors), words) for one in both]),
        ),
        otherwise=words("There is no scan."),
    )


def counts_table(changes: ChangesPart, words: Words) -> OverviewTable:
    """How many things of each sort changed."""
    return OverviewTable(
        key="counts",
        title=words("Changes in numbers"),
        columns=(
            Column(key="sort", title=words("What"), weight=2, names_row=True),
            Column(key="added", title=words("Added"), is_number=True),
            Column(key="removed", title=words("Removed"), is_number=True),
            Column(key="changed", title=words("Changed"), is_number=True),
            Column(key="not_comparable", title=words("Not comparable"), weight=1.3, is_number=True),
            Column(key="unchanged", title=words("Unchanged"), is_number=True),
        ),
        rows=tuple(
            (
                Cell(count.sort_label, count.sort),
                cells.number(count.added, words),
                cells.number(count.removed, words),
                cells.number(count.changed, words),
                cells.number(count.not_comparable, words),
                cells.number(count.unchanged, words),
            )
            for count in changes.counts
        ),
        otherwise=words("Nothing was compared."),
    )


def findings_table(changes: ChangesPart, words: Words) -> OverviewTable:
    """The rules that answer differently, those that answer worse first."""
    return OverviewTable(
        key="findings",
        title=words("Changed answers of rules"),
        columns=(
            Column(key="rule_id", title=words("Rule"), weight=0.9, names_row=True),
            Column(key="title", title=words("What it asks"), weight=3.6),
            Column(key="severity", title=words("Severity"), weight=1.4, is_choice=True),
            Column(key="older", title=words("Then"), weight=1.5, is_choice=True),
            Column(key="newer", title=words("Now"), weight=1.5, is_choice=True),
            Column(key="kind", title=words("Change"), weight=1.5, is_choice=True),
            Column(key="what", title=words("What"), weight=3),
        ),
        rows=tuple(
            (
                cells.text(row.rule_id),
                cells.text(row.title),
                cells.name(row.severity, words),
                cells.name(row.older, words),
                cells.name(row.newer, words),
                Cell(row.kind_label, row.kind.value),
                cells.text(row.what),
            )
            for row in sorted(changes.findings, key=lambda row: -direction(row))
        ),
        otherwise=words("No rule answers differently."),
    )


def changes_table(changes: ChangesPart, words: Words) -> OverviewTable:
    """Everything that is not as it was."""
    return OverviewTable(
        key="changes",
        title=words("What changed"),
        columns=(
            Column(key="name", title=words("Name"), weight=3, names_row=True),
            Column(key="place", title=words("Domain or origin"), weight=2.6),
            Column(key="sort", title=words("Sort"), weight=1.4, is_choice=True),
            Column(key="kind", title=words("Change"), weight=1.4, is_choice=True),
            Column(key="purpose", title=words("Purpose"), weight=1.6, is_choice=True),
            Column(key="what", title=words("What"), weight=3.6),
        ),
        rows=tuple(
            (
                cells.text(row.name),
                cells.text(row.place),
                Cell(row.sort_label, row.sort),
                Cell(row.kind_label, row.kind.value),
                cells.name(row.category, words),
                cells.text(row.what),
            )
            for row in changes.rows
        ),
        otherwise=words("Nothing that both scans could see has changed."),
        shown=CHANGES_SHOWN,
        cut=cells.cut(CHANGES_SHOWN, len(changes.rows), words),
    )
