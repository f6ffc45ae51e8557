"""The pages of the PDF that are looked things up in: matrix, inventory, hosts, checklist."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeVar

from scanjobs.domain.cookies import ConsentPhase, Party
from scanjobs.domain.findings import Outcome, Severity
from scanjobs.domain.purposes import Category, Exemption
from scanjobs.reports import wording
from scanjobs.reports.document import Document
from scanjobs.reports.listed import InventoryRow
from scanjobs.reports.parts import Presence
from scanjobs.reports.renderers import palette
from scanjobs.reports.renderers.pdf_canvas import Canvas
from scanjobs.reports.renderers.pdf_site import category_colour
from scanjobs.reports.renderers.pdf_table import Column, Table
from scanjobs.reports.renderers.typesetting import SMALL
from scanjobs.reports.words import Words

RowProgress = Callable[[int], None]
Named = TypeVar("Named", bound=StrEnum)


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


_PRESENCE_COLOURS = {wording.NONE: palette.MUTED}


def _colours(colours: Mapping[Named, str], words: Words) -> dict[str, str]:
    """The colour of every value by what it is called."""
    return {words.name(value): colour for value, colour in colours.items()}
