"""What a workbook lists beside the inventory: findings, declared, changes, rules, evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scanjobs.domain.findings import FindingItem
from scanjobs.reports.document import Document
from scanjobs.reports.listed import ChangesPart
from scanjobs.reports.parts import FindingPart
from scanjobs.reports.renderers import palette
from scanjobs.reports.renderers.workbook_parts import Head, Toned, Value
from scanjobs.reports.renderers.xlsx_inventory import Listed, Row, cookies, hosts, purpose, storage
from scanjobs.reports.words import Words


def findings(document: Document) -> Listed:
    """One row for each thing that a finding rests on; one for a finding that rests on none."""
    words = document.words
    return Listed(
        title=words("Findings"),
        heads=(
            Head(words("Rule"), 8),
            Head(words("Title"), 28),
            Head(words("Outcome"), 14),
            Head(words("Severity"), 13),
            Head(words("What"), 30),
            Head(words("Observed"), 38),
            Head(words("Phase"), 18),
            Head(words("Address"), 32),
            Head(words("Seen (UTC)"), 19),
            Head(words("Set by"), 24),
            Head(words("Since"), 12, is_day=True),
        ),
        rows=(row for part in document.findings for row in _items(part, words)),
        total=sum(len(part.items) or 1 for part in document.findings),
        otherwise=words("No rule failed or warned."),
    )


def _items(part: FindingPart, words: Words) -> Iterator[Row]:
    same = (part.rule_id, part.title, *_answer(part, words))
    for item in part.items or (FindingItem(subject="", detail=part.summary),):
        yield (
            *same,
            item.subject,
            item.detail,
            words.name(item.phase) if item.phase else None,
            item.url,
            item.observed_at,
            item.initiator,
            part.first_seen_at,
        )


def _answer(part: FindingPart, words: Words) -> tuple[Value, Value]:
    return (
        Toned(words.name(part.outcome), palette.OUTCOME[part.outcome]),
        Toned(words.name(part.severity), palette.SEVERITY[part.severity]),
    )


def checklist(document: Document) -> Listed:
    """Every rule's answer, and what to do."""
    words = document.words
    return Listed(
        title=words("Checklist"),
        heads=(
            Head(words("Rule"), 8),
            Head(words("Title"), 30),
            Head(words("Outcome"), 15),
            Head(words("Severity"), 13),
            Head(words("What was found"), 50),
            Head(words("What to do"), 56),
            Head(words("Authority"), 34),
            Head(words("Address"), 36),
        ),
        rows=(
            (
                check.rule_id,
                check.title,
                *_answer(check, words),
                check.summary,
                check.how_to_fix,
                check.basis,
                check.url,
            )
            for check in document.checklist
        ),
        total=len(document.checklist),
        otherwise=words("No rule was applied."),
    )


def declared(document: Document) -> Listed | None:
    """What the site declares beside what was observed."""
    part = document.declared
    if part is None:
        return None
    words = document.words
    return Listed(
        title=words("Declared and observed"),
        heads=(
            Head(words("Name"), 34),
            Head(words("Domain or origin"), 28),
            Head(words("Type"), 16),
            Head(words("Comparison"), 15),
            Head(words("Purpose declared"), 22),
            Head(words("Purpose observed"), 16),
            Head(words("Lifetime declared"), 20),
            Head(words("Lifetime observed"), 20),
            Head(words("What differs"), 60),
        ),
        rows=(
            (
                row.name,
                row.place,
                words.name(row.type),
                words.name(row.agreement),
                row.declared_category,
                purpose(row.observed_category, words),
                row.declared_lifetime,
                row.observed_lifetime,
                " ".join(row.differences),
            )
            for row in part.rows
        ),
        total=len(part.rows),
        otherwise=part.sentence,
    )


def changes(document: Document) -> Listed | None:
    """What changed since the scan before: answers of rules first, then things."""
    part = document.changes
    if part is None:
        return None
    words = document.words
    return Listed(
        title=words("Changes"),
        heads=(
            Head(words("Change"), 15),
            Head(words("Kind"), 15),
            Head(words("Name"), 36),
            Head(words("Domain"), 28),
            Head(words("Purpose"), 14),
            Head(words("Then"), 15),
            Head(words("Now"), 15),
            Head(words("What differs"), 56),
        ),
        rows=_changes(part, words),
        total=len(part.findings) + len(part.rows),
        otherwise=part.sentence,
    )


def _changes(part: ChangesPart, words: Words) -> Iterator[Row]:
    for finding in part.findings:
        older, newer = (
            Toned(words.name(outcome), palette.OUTCOME[outcome]) if outcome else None
            for outcome in (finding.older, finding.newer)
        )
        name = f"{finding.rule_id} {finding.title}"
        yield (finding.kind_label, words("Rule"), name, None, None, older, newer, finding.what)
    for row in part.rows:
        category = purpose(row.category, words)
        yield (row.kind_label, row.sort_label, row.name, row.place, category, None, None, row.what)


def evidence(document: Document) -> Listed:
    """The files that the scan rests on."""
    words = document.words
    return Listed(
        title=words("Evidence"),
        heads=(
            Head(words("File"), 40),
            Head(words("Phase"), 20),
            Head(words("Recorded by"), 34),
            Head(words("Captured (UTC)"), 19),
            Head(words("Entries"), 10),
            Head(words("Size in bytes"), 14),
            Head(words("SHA-256"), 68),
        ),
        rows=(
            (
                capture.file_name,
                words.name(capture.phase),
                " ".join(filter(None, (capture.tool, capture.tool_version))),
                capture.captured_at,
                capture.entries,
                capture.size,
                capture.sha256,
            )
            for capture in document.scope.captures
        ),
        total=len(document.scope.captures),
        otherwise=words("The scan rests on no capture."),
    )


SHEETS: tuple[Callable[[Document], Listed | None], ...] = (
    findings,
    cookies,
    storage,
    hosts,
    declared,
    changes,
    checklist,
    evidence,
)
"""The worksheets behind the first one, in their order; None where there is nothing to tell of."""
