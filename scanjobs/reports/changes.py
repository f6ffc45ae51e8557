"""What changed since the site's last scan, in the words of a report."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scanjobs.comparison import Aspect, Change, ChangeKind, Comparison, Difference, FindingChange, Plain
from scanjobs.domain.cookies import ConsentPhase, Party, SameSite
from scanjobs.domain.findings import Outcome
from scanjobs.domain.purposes import Category, Exemption
from scanjobs.reports.listed import (
    ChangeCount,
    ChangeRow,
    ChangesPart,
    FindingChangeRow,
)
from scanjobs.reports.words import Words

KINDS = {
    ChangeKind.ADDED: "added",
    ChangeKind.REMOVED: "removed",
    ChangeKind.CHANGED: "changed",
    ChangeKind.RENAMED: "renamed",
    ChangeKind.NOT_COMPARABLE: "not comparable",
}
TOLD = {
    ChangeKind.ADDED: "{things} added",
    ChangeKind.REMOVED: "{things} removed",
    ChangeKind.CHANGED: "{things} changed",
}
SORTS = {
    "cookies": ("Cookies", "cookie", "cookies"),
    "storage": ("Stored items", "stored item", "stored items"),
    "hosts": ("Hosts", "host", "hosts"),
    "vendors": ("Vendors", "vendor", "vendors"),
}
ASPECTS = {
    Aspect.PHASES: "seen",
    Aspect.LIFETIME: "lifetime",
    Aspect.SECURE: "Secure",
    Aspect.HTTP_ONLY: "HttpOnly",
    Aspect.SAME_SITE: "SameSite",
    Aspect.PARTITIONED: "Partitioned",
    Aspect.DOMAIN: "domain",
    Aspect.PATH: "path",
    Aspect.PARTY: "party",
    Aspect.CATEGORY: "purpose",
    Aspect.VENDOR: "vendor",
    Aspect.EXEMPTION: "exempt",
}
_TYPES = {
    Aspect.PHASES: ConsentPhase,
    Aspect.PARTY: Party,
    Aspect.CATEGORY: Category,
    Aspect.EXEMPTION: Exemption,
}
_WEIGHTS = {Outcome.FAIL: 2, Outcome.WARN: 1}


def changes_since(
    comparison: Comparison, scores: tuple[int | None, ...], title_of: Callable[[str], str], words: Words
) -> ChangesPart:
    """A comparison with an older scan, row by row.

    `scores` are those of the older and of the newer scan; `title_of` tells the title of a rule.
    """
    older = comparison.older
    rows = [
        _row(sort, change, words)
        for sort, compared in comparison.sections.items()
        for change in compared.changes
        if change.kind is not ChangeKind.RENAMED
    ]
    order = list(ChangeKind)
    return ChangesPart(
        older_id=older.id,
        older_at=older.captured_at or older.created_at,
        older_score=scores[0],
        newer_score=scores[1],
        sentence=_sentence(comparison, words),
        notes=comparison.notes,
        counts=tuple(_counts(comparison, words)),
        findings=tuple(_finding(finding, title_of, words) for finding in comparison.findings),
        rows=tuple(sorted(rows, key=lambda row: (order.index(row.kind), list(SORTS).index(row.sort)))),
    )


def direction(row: FindingChangeRow) -> int:
    """1 where a rule answers worse of the newer scan, -1 where better; 0 where neither is known."""
    if row.kind is ChangeKind.NOT_COMPARABLE:
        return 0
    older, newer = (_WEIGHTS.get(outcome, 0) if outcome else 0 for outcome in (row.older, row.newer))
    return (newer > older) - (newer < older)


def _sentence(comparison: Comparison, words: Words) -> str:
    """What was added, removed and changed since the older scan, in one sentence."""
    when = words.date(comparison.older.captured_at or comparison.older.created_at)
    told = []
    for kind in TOLD:
        parts = [
            words.count(number, *SORTS[sort][1:])
            for sort, compared in comparison.sections.items()
            if (number := len(compared.of(kind)))
        ]
        if parts:
            told.append(words(TOLD[kind], things=", ".join(parts)))
    if not told:
        return words("Nothing that both scans could see has changed since the scan of {date}.", date=when)
    return words("Since the scan of {date}: {changes}.", date=when, changes=words("; ").join(told))


def _counts(comparison: Comparison, words: Words) -> Iterator[ChangeCount]:
    for sort, compared in comparison.sections.items():
        yield ChangeCount(
            sort=sort,
            sort_label=words(SORTS[sort][0]),
            added=len(compared.of(ChangeKind.ADDED)),
            removed=len(compared.of(ChangeKind.REMOVED)),
            changed=len(compared.of(ChangeKind.CHANGED)),
            not_comparable=len(compared.of(ChangeKind.NOT_COMPARABLE)),
            unchanged=compared.unchanged + len(compared.of(ChangeKind.RENAMED)),
        )


def _row(sort: str, change: Change, words: Words) -> ChangeRow:
    thing = change.thing
    told = [_difference(difference, words) for difference in change.differences]
    return ChangeRow(
        kind=change.kind,
        kind_label=words(KINDS[change.kind]),
        sort=sort,
        sort_label=words(SORTS[sort][1]),
        name=thing.name,
        place=thing.place,
        category=thing.category,
        what=words("; ").join((*told, *change.unseen)),
    )


def _difference(difference: Difference, words: Words) -> str:
    aspect = difference.aspect
    older, newer = (_value(aspect, value, words) for value in (difference.older, difference.newer))
    return words("{aspect}: {older}, now {newer}", aspect=words(ASPECTS[aspect]), older=older, newer=newer)


def _value(aspect: Aspect, value: Plain, words: Words) -> str:
    if value is None:
        return words("unknown")
    if isinstance(value, bool):
        return words("yes") if value else words("no")
    if isinstance(value, int):
        return words.duration(value)
    if isinstance(value, tuple):
        return ", ".join(words.short(ConsentPhase(phase)) for phase in value) or words("nowhere")
    if aspect in _TYPES:
        return words.name(_TYPES[aspect](value))
    if aspect is Aspect.SAME_SITE:
        return words("not set") if value == SameSite.UNSPECIFIED else value.capitalize()
    return words(value) if aspect is Aspect.LIFETIME else value


def _finding(finding: FindingChange, title_of: Callable[[str], str], words: Words) -> FindingChangeRow:
    told = [
        words.count(len(finding.added), "thing more", "things more") if finding.added else "",
        words.count(len(finding.removed), "thing fewer", "things fewer") if finding.removed else "",
        *finding.unseen,
    ]
    return FindingChangeRow(
        rule_id=finding.rule_id,
        title=title_of(finding.rule_id),
        severity=finding.severity,
        kind=finding.kind,
        kind_label=words(KINDS[finding.kind]),
        older=finding.older,
        newer=finding.newer,
        what=words("; ").join(filter(None, told)),
    )
