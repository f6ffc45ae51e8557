"""The pages of the PDF that are looked things up in: findings, matrix, inventory, checklist, annexes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeVar

from scanjobs.domain.cookies import ConsentPhase, Party
from scanjobs.domain.findings import FindingItem, Outcome, Severity
from scanjobs.domain.purposes import Category, Exemption
from scanjobs.reports import wording
from scanjobs.reports.document import Document
from scanjobs.reports.listed import InventoryRow
from scanjobs.reports.parts import FindingPart, Presence
from scanjobs.reports.renderers import palette
from scanjobs.reports.renderers.pdf_canvas import Canvas
from scanjobs.reports.renderers.pdf_front import draw_chip
from scanjobs.reports.renderers.pdf_site import category_colour
from scanjobs.reports.renderers.pdf_table import Column, Table
from scanjobs.reports.renderers.typesetting import BODY, SMALL, SMALL_INK, STRONG, Style
from scanjobs.reports.words import Words

ITEMS_ON_CARD = 6
INSET = 16.0
LABEL_GAP = 14.0
"""Between a label and what it labels, on the card of a finding."""

RowProgress = Callable[[int], None]
Named = TypeVar("Named", bound=StrEnum)


def draw_findings(canvas: Canvas, document: Document) -> None:
    """One card a finding: what, why it matters, what it rests on, what to do."""
    words = document.words
    canvas.section(words("Findings"))
    if not document.findings:
        canvas.paragraph(words("No rule that could be evaluated failed or warned."))
    for finding in document.findings:
        with canvas.element("Sect"):
            _draw_card(canvas, words, finding)


def _draw_card(canvas: Canvas, words: Words, finding: FindingPart) -> None:
    width = canvas.width - 2 * INSET
    to_do, authority = words("What to do"), words("Authority")
    indent = max(canvas.width_of(to_do, STRONG), canvas.width_of(authority, STRONG)) + LABEL_GAP
    title = Style(11.5, bold=True, leading=1.25)
    # A card never grows taller than a page; the checklist holds every summary whole.
    titles = canvas.lines_of(finding.title, title, width, most=3)
    summary = canvas.lines_of(finding.summary, BODY, width, most=10)
    advice = canvas.lines_of(finding.how_to_fix, BODY, width - indent, most=10)
    basis = canvas.lines_of(finding.basis, BODY, width - indent, most=5)
    items = [_item_lines(canvas, words, item, width) for item in finding.items[:ITEMS_ON_CARD]]
    rest = len(finding.items) - len(items)
    height = (
        40
        + len(titles) * title.line
        + (len(summary) + len(advice) + len(basis)) * BODY.line
        + 10
        + sum(max(map(len, columns)) * SMALL.line + 2 for columns in items)
        + (8 if items else 0)
        + (SMALL.line + 2 if rest else 0)
    )
    canvas.need(height + 12)
    canvas.bookmark(f"{finding.rule_id} {finding.title}", canvas.y, level=1)
    top, x = canvas.y, canvas.left + INSET
    canvas.box(canvas.left, top, canvas.width, height, palette.CARD, radius=4)
    canvas.box(canvas.left, top, 4, height, palette.SEVERITY[finding.severity])
    draw_chip(canvas, words, x, top + 12, finding)
    outcome = Style(8.5, bold=True, colour=palette.OUTCOME[finding.outcome])
    canvas.text(x + 74, top + 12.5, words.name(finding.outcome), outcome)
    version = words("Rule {rule}, version {version}", rule=finding.rule_id, version=finding.rule_version)
    canvas.text(canvas.right - INSET, top + 12.5, version, SMALL, "right")
    with canvas.element("H3"):
        y = canvas.lines(x, top + 30, titles, title)
    y = canvas.lines(x, y + 2, summary, BODY) + 4
    canvas.text(x, y, to_do, STRONG)
    y = canvas.lines(x + indent, y, advice, BODY) + 2
    canvas.text(x, y, authority, STRONG)
    if finding.url:
        link = Style(9.5, colour=palette.ACCENT)
        with (
            canvas.element("P"),
            canvas.link(x + indent, y, width - indent, len(basis) * BODY.line, finding.url, finding.basis),
        ):
            y = canvas.lines(x + indent, y, basis, link) + 6
    else:
        y = canvas.lines(x + indent, y, basis, BODY) + 6
    if items:
        canvas.rule(x, y, width)
        y += 2
        with canvas.element("L"):
            for columns in items:
                with canvas.element("LI"), canvas.element("LBody"):
                    for (start, style), lines in zip(_ITEM_COLUMNS, columns, strict=True):
                        canvas.lines(x + start * width, y, lines, style)
                y += max(map(len, columns)) * SMALL.line + 2
    if rest:
        left_out = words.plural(
            rest, "and {number} more; all stand in Annex A", "and {number} more; all stand in Annex A"
        )
        canvas.text(x, y, left_out, SMALL)
    canvas.y = top + height + 10


_ITEM_COLUMNS = ((0.0, SMALL_INK), (0.36, SMALL_INK), (0.76, SMALL))


def _item_lines(
    canvas: Canvas, words: Words, item: FindingItem, width: float
) -> tuple[list[str], list[str], list[str]]:
    """The three columns of an item on a card; what is cut here stands whole in Annex A."""
    where = words.short(item.phase) if item.phase else ""
    when = words.moment(item.observed_at)[:16] if item.observed_at else ""
    return (
        canvas.lines_of(wording.visible(item.subject), SMALL_INK, width * 0.34, most=2),
        canvas.lines_of(wording.visible(item.detail), SMALL_INK, width * 0.38, most=2),
        canvas.lines_of(", ".join(filter(None, (where, when))), SMALL, width * 0.24, most=2),
    )


def draw_matrix(canvas: Canvas, document: Document, on_row: RowProgress) -> None:
    """Which cookie showed in which phase."""
    words = document.words
    # Below the findings only where the whole table fits.
    canvas.section(words("Consent matrix"), room=120 + 17 * len(document.cookies))
    canvas.paragraph(
        words(
            "“set”: a response asked the browser to store the cookie. “sent”: it was seen in requests only. "
            "“–”: the phase was captured and the cookie was not seen. A phase that was not captured has no "
            "column."
        ),
        SMALL,
        after=8,
    )
    phases = [
        Column(
            title=words.name(phase),
            weight=15,
            unbroken=tuple(map(words.name, Presence)),
            colour=_PRESENCE_COLOURS.get,
        )
        for phase in document.scope.phases
    ]
    table = Table(
        canvas,
        (
            Column(title=words("Cookie"), weight=38, bold=True, names_row=True),
            Column(title=words("Domain"), weight=34),
            Column(
                title=words("Purpose"),
                weight=19,
                unbroken=tuple(map(words.name, Category)),
                colour=category_colour(words),
            ),
            Column(title=words("Exempt"), weight=18, unbroken=tuple(map(words.name, Exemption))),
            *phases,
        ),
    )
    table.draw(
        (
            (
                wording.visible(row.name),
                wording.visible(row.domain),
                words.name(row.category),
                words.name(row.exemption),
                *map(words.name, row.presence),
            )
            for row in document.cookies
        ),
        on_row,
        otherwise=words("No cookie was seen in the captures."),
    )


def draw_inventory(canvas: Canvas, document: Document, on_row: RowProgress) -> None:
    """Every cookie with what was observed and what is said about it."""
    words = document.words
    canvas.section(words("Cookies"), "landscape")
    table = Table(
        canvas,
        (
            Column(title=words("Name"), weight=31, bold=True, names_row=True),
            Column(title=words("Domain, path"), weight=26),
            Column(title=words("Party"), weight=12, unbroken=tuple(map(words.name, Party))),
            Column(
                title=words("Purpose, found by"),
                weight=21,
                unbroken=tuple(map(words.name, Category)),
                colour=category_colour(words),
            ),
            Column(title=words("Vendor"), weight=19),
            Column(title=words("Lifetime"), weight=13),
            Column(title=words("Attributes"), weight=19),
            Column(title=words("Exempt"), weight=17, unbroken=tuple(map(words.name, Exemption))),
            Column(title=words("Phases"), weight=13, unbroken=tuple(map(words.short, ConsentPhase))),
            Column(title=words("First seen at"), weight=29),
        ),
        size=6.9,
    )
    table.draw(
        (_inventory_texts(row, words) for row in document.cookies),
        on_row,
        otherwise=words("No cookie was seen in the captures."),
    )


def _inventory_texts(row: InventoryRow, words: Words) -> tuple[str, ...]:
    under = words("under {site}", site=row.partition) if row.partition else ""
    place = filter(None, (row.domain, "" if row.path == "/" else row.path, under))
    return (
        wording.visible(row.name),
        "\n".join(map(wording.visible, place)),
        words.name(row.party),
        f"{words.name(row.category)}\n{words.name(row.source)}, {words.percent(row.confidence)}",
        wording.visible(row.vendor or wording.NONE),
        row.lifetime,
        row.flags,
        words.name(row.exemption),
        "\n".join(map(words.short, row.phases)),
        wording.visible(row.first_url),
    )


def draw_hosts(canvas: Canvas, document: Document) -> None:
    """The third parties that were contacted: whose they are, and what flows to them."""
    words = document.words
    canvas.section(words("Third-party hosts"), "landscape", room=200)
    phases = [Column(title=words.short(phase), weight=14, is_number=True) for phase in document.scope.phases]
    table = Table(
        canvas,
        (
            Column(title=words("Host"), weight=36, bold=True, names_row=True),
            Column(title=words("Vendor"), weight=24),
            Column(
                title=words("Purpose"),
                weight=19,
                unbroken=tuple(map(words.name, Category)),
                colour=category_colour(words),
            ),
            Column(title=words("Tracker"), weight=12),
            *phases,
            Column(title=words("Requests"), weight=14, is_number=True),
            Column(title=words("Cookies"), weight=13, is_number=True),
            Column(title=words("Asked for by"), weight=34),
            Column(title=words("First address"), weight=38),
        ),
        size=6.9,
    )
    table.draw(
        (
            (
                wording.visible(row.host),
                wording.visible(row.vendor or row.registrable_domain),
                words.name(row.category),
                words("yes") if row.is_tracker else wording.NONE,
                *map(words.number, row.requests),
                words.number(row.total),
                words.number(row.cookies),
                wording.visible(row.initiator or wording.NONE),
                wording.visible(row.first_url),
            )
            for row in document.hosts
        ),
        otherwise=words("No host of a third party was contacted in the captures."),
    )


def draw_checklist(canvas: Canvas, document: Document) -> None:
    """Every rule and what it answered."""
    words = document.words
    canvas.section(words("Checklist of rules"), "portrait", room=320)
    table = Table(
        canvas,
        (
            Column(title=words("Rule"), weight=8, bold=True, names_row=True),
            Column(title=words("What it asks"), weight=56),
            Column(
                title=words("Severity"),
                weight=17,
                unbroken=tuple(map(words.name, Severity)),
                colour=_colours(palette.SEVERITY, words).get,
            ),
            Column(
                title=words("Answer"),
                weight=17,
                unbroken=tuple(map(words.name, Outcome)),
                colour=_colours(palette.OUTCOME, words).get,
            ),
            Column(title=words("Because"), weight=44),
        ),
        size=8,
        most_lines=40,
    )
    table.draw(
        (
            (
                check.rule_id,
                f"{check.title}\n{check.checks}",
                words.name(check.severity),
                words.name(check.outcome),
                wording.visible(check.summary),
            )
            for check in document.checklist
        ),
        otherwise=words("No rule was applied."),
    )


def draw_evidence(canvas: Canvas, document: Document) -> None:
    """Annex A: everything the findings rest on, and the files behind it."""
    words = document.words
    canvas.section(words("Annex A: Evidence of the findings"), "landscape")
    table = Table(
        canvas,
        (
            Column(title=words("Rule"), weight=8, bold=True),
            Column(title=words("What"), weight=46),
            Column(title=words("Observed"), weight=52),
            Column(title=words("Phase"), weight=16, unbroken=tuple(map(words.short, ConsentPhase))),
            Column(title=words("Time"), weight=24),
            Column(title=words("Address"), weight=54),
        ),
        size=6.9,
    )
    table.draw(
        (
            (
                finding.rule_id,
                wording.visible(item.subject),
                wording.visible(item.detail),
                words.short(item.phase) if item.phase else wording.NONE,
                words.moment(item.observed_at),
                wording.visible(item.url or wording.NONE),
            )
            for finding in document.findings
            for item in finding.items
        ),
        otherwise=words("No finding rests on an item."),
    )


def draw_manifest(canvas: Canvas, document: Document) -> None:
    """Annex C: the files the scan was made from."""
    words = document.words
    canvas.section(words("Annex C: Evidence manifest"), "portrait", room=260)
    canvas.paragraph(
        words(
            "Whoever holds one of these files can prove that it is the one this report rests on: its SHA-256 "
            "must be equal."
        )
    )
    for capture in document.scope.captures:
        canvas.need(62)
        canvas.paragraph(wording.visible(capture.file_name), STRONG, after=1)
        about = words(
            "{format}, {size}, {phase}, first request {moment}",
            format=capture.format.upper(),
            size=words.size(capture.size),
            phase=words.within(capture.phase),
            moment=words.moment(capture.captured_at),
        )
        canvas.paragraph(about, SMALL_INK, after=1)
        canvas.paragraph(f"SHA-256  {capture.sha256}", SMALL_INK, after=3 if capture.files else 9)
        for number, file in enumerate(capture.files, start=1):
            canvas.need(30)
            beside = words(
                "beside it: {file}, {size}", file=wording.visible(file.file_name), size=words.size(file.size)
            )
            canvas.paragraph(beside, SMALL_INK, after=1)
            last = number == len(capture.files)
            canvas.paragraph(f"SHA-256  {file.sha256}", SMALL_INK, after=9 if last else 3)


def draw_raw_lines(canvas: Canvas, document: Document) -> None:
    """Annex B: the Set-Cookie lines as they were sent, without the values."""
    words = document.words
    canvas.section(words("Annex B: Set-Cookie lines"), "landscape", room=200)
    if document.raw_lines_left_out:
        left_out = words.plural(
            document.raw_lines_left_out,
            "{number} more line is left out here.",
            "{number} more lines are left out here.",
        )
        canvas.paragraph(left_out, SMALL)
    table = Table(
        canvas,
        (
            Column(title=words("Phase"), weight=14, unbroken=tuple(map(words.short, ConsentPhase))),
            Column(title=words("Set-Cookie"), weight=110, names_row=True),
            Column(title=words("Address"), weight=70),
        ),
        size=6.9,
    )
    table.draw(
        (
            (words.short(raw.phase), wording.visible(raw.line), wording.visible(raw.url))
            for raw in document.raw_lines
        ),
        otherwise=words("No response set a cookie."),
    )


def draw_notes(canvas: Canvas, document: Document) -> None:
    """Annex D: the words of this report, and whose data it uses."""
    words = document.words
    canvas.section(words("Annex D: Words and licences"), "portrait", room=330)
    for note in document.glossary:
        canvas.need(34)
        canvas.paragraph(note.term, STRONG, after=0)
        canvas.paragraph(note.text, after=7)
    canvas.y += 6
    canvas.heading(words("Data and works of others"))
    for note in document.licences:
        canvas.paragraph(f"{words('{name}:', name=note.term)} {note.text}", after=2)


_PRESENCE_COLOURS = {wording.NONE: palette.MUTED}


def _colours(colours: Mapping[Named, str], words: Words) -> dict[str, str]:
    """The colour of every value by what it is called."""
    return {words.name(value): colour for value, colour in colours.items()}
