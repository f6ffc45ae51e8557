"""The pages of the PDF about the site itself: what it stores, declares, changed, and could declare."""

from __future__ import annotations

from collections.abc import Callable

from scanjobs.comparison.changes import ChangeKind
from scanjobs.domain.cookies import ConsentPhase, Party
from scanjobs.domain.findings import Outcome
from scanjobs.domain.purposes import Category, Exemption
from scanjobs.reports import wording
from scanjobs.reports.document import Document
from scanjobs.reports.listed import StorageRow
from scanjobs.reports.parts import Agreement
from scanjobs.reports.renderers import palette
from scanjobs.reports.renderers.pdf_canvas import Canvas
from scanjobs.reports.renderers.pdf_table import Column, Table
from scanjobs.reports.renderers.typesetting import SMALL, SMALL_INK
from scanjobs.reports.words import Words


def draw_storage(canvas: Canvas, document: Document) -> None:
    """What sites put into the browser beside cookies."""
    if not document.storage:
        return
    words = document.words
    canvas.section(words("Stored items"), "landscape", room=200)
    table = Table(
        canvas,
        (
            Column(title=words("Name"), weight=36, bold=True, names_row=True),
            Column(title=words("Kind"), weight=17),
            Column(title=words("Origin"), weight=32),
            Column(title=words("Party"), weight=15, unbroken=tuple(map(words.name, Party))),
            Column(
                title=words("Purpose, found by"),
                weight=24,
                unbroken=tuple(map(words.name, Category)),
                colour=category_colour(words),
            ),
            Column(title=words("Vendor"), weight=22),
            Column(title=words("Exempt"), weight=17, unbroken=tuple(map(words.name, Exemption))),
            Column(title=words("Phases"), weight=14, unbroken=tuple(map(words.short, ConsentPhase))),
            Column(title=words("Set by"), weight=34),
        ),
        size=6.9,
    )
    table.draw(_storage_texts(row, words) for row in document.storage)


def _storage_texts(row: StorageRow, words: Words) -> tuple[str, ...]:
    source = f"{words.name(row.source)}, {words.percent(row.confidence)}"
    return (
        wording.visible(row.name),
        words.name(row.kind),
        wording.visible(row.origin),
        words.name(row.party),
        f"{words.name(row.category)}\n{source}",
        wording.visible(row.vendor or wording.NONE),
        words.name(row.exemption),
        "\n".join(map(words.short, row.phases)),
        wording.visible(row.initiator or row.first_url or wording.NONE),
    )


def draw_declared(canvas: Canvas, document: Document) -> None:
    """What the site says about its cookies beside what was observed."""
    declared, words = document.declared, document.words
    if declared is None:
        return
    canvas.section(words("Declared and observed"), "landscape", room=240)
    canvas.paragraph(declared.sentence)
    said = words.moment(declared.declared_at or declared.imported_at)
    canvas.paragraph(
        f"{wording.visible(declared.file_name)}, {said}, SHA-256 {declared.sha256}", SMALL, after=8
    )
    colours = {words.name(agreement): colour for agreement, colour in _AGREEMENT.items()}
    table = Table(
        canvas,
        (
            Column(title=words("Name"), weight=34, bold=True, names_row=True),
            Column(title=words("Place"), weight=32),
            Column(
                title=words("Agreement"),
                weight=20,
                unbroken=tuple(map(words.name, Agreement)),
                colour=colours.get,
            ),
            Column(title=words("Purpose declared"), weight=24),
            Column(
                title=words("Purpose observed"),
                weight=22,
                unbroken=tuple(map(words.name, Category)),
                colour=category_colour(words),
            ),
            Column(title=words("Lifetime declared"), weight=22),
            Column(title=words("Lifetime observed"), weight=20),
            Column(title=words("What differs"), weight=46),
        ),
        size=6.9,
    )
    table.draw(
        (
            (
                wording.visible(row.name),
                wording.visible(row.place or wording.NONE),
                words.name(row.agreement),
                wording.visible(row.declared_category or wording.NONE),
                words.name(row.observed_category) if row.observed_category else wording.NONE,
                wording.visible(row.declared_lifetime or wording.NONE),
                row.observed_lifetime or wording.NONE,
                "\n".join(map(wording.visible, row.differences)),
            )
            for row in declared.rows
        ),
        otherwise=words("The declaration names nothing, and nothing was observed."),
    )


def draw_changes(canvas: Canvas, document: Document) -> None:
    """What became of the site since its last scan."""
    changes, words = document.changes, document.words
    if changes is None:
        return
    canvas.section(words("Changes since the last scan"), room=300)
    canvas.paragraph(changes.sentence)
    for note in changes.notes:
        canvas.paragraph(wording.visible(note), SMALL, after=2)
    canvas.y += 4
    counts = Table(
        canvas,
        (
            Column(title=words("What"), weight=30, names_row=True),
            *(
                Column(title=words(title), weight=18, is_number=True)
                for title in ("Added", "Removed", "Changed", "Unchanged", "Not comparable")
            ),
        ),
        size=8,
    )
    counts.draw(
        (
            (
                row.sort_label,
                *map(words.number, (row.added, row.removed, row.changed, row.unchanged, row.not_comparable)),
            )
            for row in changes.counts
        ),
        otherwise=words("Nothing can be compared."),
    )
    if changes.findings:
        canvas.heading(words("Findings"))
        findings = Table(
            canvas,
            (
                Column(title=words("Rule"), weight=9, bold=True, names_row=True),
                Column(title=words("Title"), weight=44),
                Column(title=words("Change"), weight=24),
                Column(title=words("Before"), weight=20),
                Column(title=words("Now"), weight=20),
                Column(title=words("What differs"), weight=44),
            ),
        )
        findings.draw(
            (
                row.rule_id,
                row.title,
                row.kind_label,
                words.name(row.older) if row.older else wording.NONE,
                words.name(row.newer) if row.newer else wording.NONE,
                row.what,
            )
            for row in changes.findings
        )
    if changes.rows:
        _draw_changed_things(canvas, document)


def _draw_changed_things(canvas: Canvas, document: Document) -> None:
    changes, words = document.changes, document.words
    assert changes
    canvas.heading(words("Cookies, stored items, hosts and vendors"))
    kinds = {row.kind_label: _CHANGE[row.kind] for row in changes.rows if row.kind in _CHANGE}
    table = Table(
        canvas,
        (
            Column(title=words("Change"), weight=25, colour=kinds.get),
            Column(title=words("What"), weight=16),
            Column(title=words("Name"), weight=38, bold=True, names_row=True),
            Column(title=words("Place"), weight=32),
            Column(
                title=words("Purpose"),
                weight=19,
                unbroken=tuple(map(words.name, Category)),
                colour=category_colour(words),
            ),
            Column(title=words("What differs"), weight=44),
        ),
    )
    table.draw(
        (
            row.kind_label,
            row.sort_label,
            wording.visible(row.name),
            wording.visible(row.place or wording.NONE),
            words.name(row.category) if row.category else wording.NONE,
            wording.visible(row.what),
        )
        for row in changes.rows
    )


def draw_declaration(canvas: Canvas, document: Document) -> None:
    """A declaration that the site could publish."""
    declaration, words = document.declaration, document.words
    canvas.section(words("Cookie declaration"), "portrait", room=300)
    canvas.paragraph(declaration.introduction)
    for remark in declaration.remarks:
        canvas.paragraph(remark, SMALL, after=3)
    canvas.y += 4
    weights = (32, 38, 46, 24, 26)
    for group in declaration.groups:
        canvas.heading(group.title, keep=80)
        canvas.paragraph(group.explanation, SMALL_INK)
        table = Table(
            canvas,
            tuple(
                Column(title=title, weight=weight, bold=not index, names_row=not index)
                for index, (title, weight) in enumerate(zip(declaration.headings, weights, strict=True))
            ),
        )
        table.draw(
            (
                wording.visible(row.name),
                wording.visible(row.provider),
                wording.visible(row.purpose or wording.NONE),
                row.lifetime,
                row.type,
            )
            for row in group.rows
        )
    canvas.paragraph(declaration.updated, SMALL)


def category_colour(words: Words) -> Callable[[str], str | None]:
    """The colour of a text whose first line is the name of a purpose."""
    colours = {words.name(category): palette.CATEGORY[category] for category in wording.CATEGORY}
    return lambda text: colours.get(text.partition("\n")[0])


_AGREEMENT = {
    Agreement.NOT_DECLARED: palette.OUTCOME[Outcome.FAIL],
    Agreement.DIFFERS: palette.OUTCOME[Outcome.WARN],
    Agreement.AGREES: palette.OUTCOME[Outcome.PASS],
    Agreement.NOT_OBSERVED: palette.MUTED,
}
_CHANGE = {
    ChangeKind.ADDED: palette.OUTCOME[Outcome.FAIL],
    ChangeKind.REMOVED: palette.OUTCOME[Outcome.PASS],
    ChangeKind.CHANGED: palette.OUTCOME[Outcome.WARN],
    ChangeKind.NOT_COMPARABLE: palette.MUTED,
}
