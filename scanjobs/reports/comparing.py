"""Decides what a report that compares two scans says: what they are, what differs, what nobody can tell."""

from __future__ import annotations

from collections.abc import Iterator

from scanjobs.comparison import ChangeKind, compare
from scanjobs.domain.findings import Outcome, VerdictStatus
from scanjobs.domain.ids import short
from scanjobs.domain.reports import ReportKind, ReportRecord
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports import wording
from scanjobs.reports.checks import RuleBook, in_words, registered_rule
from scanjobs.reports.comparing_tables import Pair, changes_table, counts_table, findings_table, scans_table
from scanjobs.reports.history import History, changes_of
from scanjobs.reports.overview import Overview, Section, Tile
from scanjobs.reports.parts import Branding, Note
from scanjobs.reports.site_facts import facts_of
from scanjobs.reports.words import Words
from scanjobs.rules.standing import GRAVE


def build_comparison(
    older: ScanRecord,
    newer: ScanRecord,
    report: ReportRecord,
    words: Words,
    *,
    tool_version: str,
    rule_book: RuleBook = registered_rule,
    branding: Branding | None = None,
) -> Overview:
    """Decide what the report of two scans says; both should have been judged by the same rules."""
    pair = _pair(older, newer, rule_book, words)
    status = _status(pair)
    sites = pair.older.about.site, pair.newer.about.site
    subject = sites[1] if pair.is_one_site else words("{older} and {newer}", older=sites[0], newer=sites[1])
    return Overview(
        kind=ReportKind.COMPARISON,
        kind_label=words("Comparison report"),
        title=words("Comparison of two scans: {subject}", subject=subject),
        subject=subject,
        report_id=report.id,
        tool_version=tool_version,
        words=words,
        options=report.options,
        branding=branding or Branding(),
        created_at=report.created_at,
        status=status,
        status_label=_status_label(pair, words),
        headline=_headline(pair, words),
        sentences=(pair.changes.sentence, *_scores(pair, words)),
        tiles=tuple(_tiles(pair, words)),
        facts=tuple(_facts(pair, report, tool_version, words)),
        sections=tuple(_sections(pair, words)),
        main="changes",
        scans=(pair.older.about, pair.newer.about),
        notice=words(wording.NOTICE),
    )


def _pair(older: ScanRecord, newer: ScanRecord, rule_book: RuleBook, words: Words) -> Pair:
    book = in_words(rule_book, words)
    changes = changes_of(History(older=older, newer=newer, comparison=compare(older, newer)), book, words)
    assert changes is not None
    alone = History()
    return Pair(
        older=facts_of(older, alone, rule_book, words),
        newer=facts_of(newer, alone, rule_book, words),
        changes=changes,
    )


def _status(pair: Pair) -> VerdictStatus:
    """The colour of the whole: by the rules that answer worse, then by whether anything changed."""
    if any(row.newer is Outcome.FAIL and row.severity in GRAVE for row in pair.worse):
        return VerdictStatus.FAILED
    if pair.worse:
        return VerdictStatus.ATTENTION
    if pair.better or not _total(pair):
        return VerdictStatus.CLEAN
    return VerdictStatus.WITHHELD


def _status_label(pair: Pair, words: Words) -> str:
    if pair.worse:
        return words("Mixed") if pair.better else words("Worse")
    if pair.better:
        return words("Better")
    return words("Changed") if _total(pair) else words("Unchanged")


def _headline(pair: Pair, words: Words) -> str:
    better, worse = len(pair.better), len(pair.worse)
    if worse:
        told = words.plural(
            worse, "{number} rule answers worse than before", "{number} rules answer worse than before"
        )
        more = words.plural(better, ", {number} better", ", {number} better") if better else ""
        return told + more
    if better:
        return words.plural(
            better,
            "{number} rule answers better than before, none worse",
            "{number} rules answer better than before, none worse",
        )
    if _total(pair):
        return words("Things changed, and no rule answers better or worse than before")
    return words("Nothing that both scans could see has changed")


def _total(pair: Pair) -> int:
    return sum(pair.count(kind) for kind in (ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.CHANGED))


def _scores(pair: Pair, words: Words) -> Iterator[str]:
    older, newer = pair.older.verdict, pair.newer.verdict
    if older.score is not None and newer.score is not None:
        yield words(
            "Compliance score: {older} then, {newer} now.",
            older=words.number(older.score),
            newer=words.number(newer.score),
        )
        return
    if older.score_withheld:
        yield words("No score is given of the older scan: {why}", why=older.score_withheld)
    if newer.score_withheld:
        yield words("No score is given of the newer scan: {why}", why=newer.score_withheld)


def _tiles(pair: Pair, words: Words) -> Iterator[Tile]:
    scores = (("score_then", words("score then"), pair.older), ("score_now", words("score now"), pair.newer))
    for key, label, site in scores:
        score = site.verdict.score
        shown = wording.NONE if score is None else words.number(score)
        yield Tile(key=key, label=label, text=shown, value=score)
    numbers = (
        ("rules_worse", words("rules answer worse"), len(pair.worse), VerdictStatus.FAILED),
        ("rules_better", words("rules answer better"), len(pair.better), VerdictStatus.CLEAN),
        ("added", words("things added"), pair.count(ChangeKind.ADDED), None),
        ("removed", words("things removed"), pair.count(ChangeKind.REMOVED), None),
        ("changed", words("things changed"), pair.count(ChangeKind.CHANGED), None),
        ("not_comparable", words("not comparable"), pair.count(ChangeKind.NOT_COMPARABLE), None),
    )
    for key, label, value, tone in numbers:
        yield Tile(key=key, label=label, text=words.number(value), value=value, tone=tone if value else None)


def _facts(pair: Pair, report: ReportRecord, tool_version: str, words: Words) -> Iterator[Note]:
    for term, site in ((words("Older scan"), pair.older), (words("Newer scan"), pair.newer)):
        about = site.about
        yield Note(
            term=term, text=f"{about.site} · {words.long_moment(about.captured_at)} · {short(about.id)}"
        )
    yield Note(term=words("Report made"), text=words.long_moment(report.created_at))
    yield Note(term=words("Profile"), text=pair.newer.about.profile)
    yield Note(term=words("Report"), text=report.id)
    yield Note(
        term=words("Versions"),
        text=words(
            "scanjobs {tool}, rules {rules}, cookie data {data}",
            tool=tool_version,
            rules=pair.newer.about.rules_version,
            data=", ".join(sorted({pair.older.about.data_version, pair.newer.about.data_version})),
        ),
    )


def _sections(pair: Pair, words: Words) -> Iterator[Section]:
    changes = pair.changes
    yield Section(
        key="scans",
        heading=words("The two scans"),
        sentences=(words("Both were judged by the rules of this version of scanjobs."), *changes.notes),
        table=scans_table(pair, words),
    )
    yield Section(key="counts", heading=words("Changes in numbers"), table=counts_table(changes, words))
    yield Section(
        key="findings", heading=words("Changed answers of rules"), table=findings_table(changes, words)
    )
    yield Section(
        key="changes",
        heading=words("What changed"),
        sentences=(
            words(
                "What one scan has and the other one could not see is not comparable: it was neither added "
                "nor removed."
            ),
        ),
        table=changes_table(changes, words),
    )
