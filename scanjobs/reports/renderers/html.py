"""The report as one HTML file: nothing is loaded from anywhere, and it works from a folder."""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import Any, BinaryIO

from markupsafe import Markup

from scanjobs.domain.cookies import Party
from scanjobs.domain.evidence import RuleInput
from scanjobs.domain.findings import VerdictStatus
from scanjobs.reports.document import Document
from scanjobs.reports.parts import (
    Branding,
    Logo,
    OwnTemplates,
    Share,
)
from scanjobs.reports.renderers import Progress, html_policy, palette
from scanjobs.reports.renderers.charts import bar_svg, donut_svg, gauge_svg
from scanjobs.reports.renderers.html_cookies import cookie_tables
from scanjobs.reports.renderers.html_lists import changes_table, declared_table, host_table, storage_table
from scanjobs.reports.renderers.html_table import LongTable
from scanjobs.reports.template_engine import filled, text_of
from scanjobs.reports.words import ENGLISH

STYLES = ("page.css", "parts.css", "tables.css", "print.css")
SCRIPTS = ("tables.js", "page.js")
ITEMS_SHOWN = 200
LINES_SHOWN = 500
"""Of a declaration, which is laid out whole so that it can be copied."""
SECTIONS = (
    ("verdict", "Verdict"),
    ("scope", "Scope"),
    ("summary", "Summary"),
    ("findings", "Findings"),
    ("matrix", "Consent matrix"),
    ("inventory", "Cookies"),
    ("storage", "Storage"),
    ("hosts", "Third parties"),
    ("declared", "Declared"),
    ("changes", "Changes"),
    ("declaration", "Declaration"),
    ("checklist", "Checklist"),
    ("annex", "About"),
)
STORAGE = (RuleInput.LOCAL_STORAGE, RuleInput.SESSION_STORAGE, RuleInput.INDEXED_DB)
_NAMED: Iterable[tuple[str, str]] = chain.from_iterable(
    colours.items()
    for colours in (
        palette.CATEGORY,
        palette.PARTY,
        palette.LIFESPAN,
        palette.STATUS,
        palette.SEVERITY,
        palette.OUTCOME,
        palette.EXEMPTION,
    )
)
COLOURS: Mapping[str, str] = dict(_NAMED)


class HtmlRenderer:
    """Draws a document as one page."""

    def render(self, document: Document, file: BinaryIO, on_progress: Progress) -> None:
        """Fill the template, the rows of long tables as data for its script."""
        on_progress(0, "tables")
        context = _context(document)
        on_progress(40, "page")
        page = filled_page("report.html.j2", context)
        on_progress(90, "file")
        file.write(page.encode("utf-8", "replace"))
        on_progress(100, "done")


def _context(document: Document) -> dict[str, Any]:
    words = document.words
    tables = {table.id: table for table in _tables(document) if table.rows.count}
    inputs = {input for capture in document.scope.captures for input in capture.inputs}
    return {
        "document": document,
        "about": document.identification,
        "verdict": document.verdict,
        "summary": document.summary,
        "words": words,
        # Rules speak English in every report, and screen readers have to know.
        "english": "" if words.language == ENGLISH.language else Markup(' lang="en"'),
        "colours": COLOURS,
        "sections": SECTIONS,
        "tables": defaultdict(lambda: None, tables),
        "datasets": list({table.rows.name: table.rows for table in tables.values()}.values()),
        "shows_storage": not inputs.isdisjoint(STORAGE),
        "declaration_lines": sum(len(group.rows) for group in document.declaration.groups),
        "lines_shown": LINES_SHOWN,
        "items_shown": ITEMS_SHOWN,
        **_charts(document),
        **frame(document.branding),
    }


def frame(branding: Branding, sheet: str = "") -> dict[str, Any]:
    """What the page around any report is drawn with; `sheet` is style that only this page has."""
    style = _style(branding.templates) + sheet + _brand(branding)
    script = "".join(text_of(name, branding.templates) for name in SCRIPTS)
    return {
        "style": Markup(style),  # noqa: S704 - our own file
        "script": Markup(script),  # noqa: S704 - our own file
        "policy": html_policy.policy(
            style, script, has_logo=branding.logo is not None, own=branding.templates
        ),
        "branding": branding,
        "logo": _embedded(branding.logo),
    }


def filled_page(name: str, context: dict[str, Any]) -> str:
    """A template with a frame and what else it draws.

    Raises:
        TemplateError: there are templates of one's own, and the page would not work by them.
    """
    page = filled(name, context, own := context["branding"].templates)
    if own:
        html_policy.refuse_what_would_not_work(page, context["policy"], own)
    return page


def _tables(document: Document) -> Iterator[LongTable]:
    yield from cookie_tables(document)
    yield storage_table(document)
    yield host_table(document)
    if document.declared:
        yield declared_table(document.declared, document.words)
    if document.changes:
        yield changes_table(document.changes, document.words)


def _charts(document: Document) -> dict[str, Any]:
    """Every chart; the names that the templates give them."""
    words, summary, score = document.words, document.summary, document.verdict.score
    total = words.number(summary.total_cookies)
    most = max((bar.count for bar in summary.by_phase), default=0)
    longest = max((bar.ratio for bar in summary.lifetimes), default=0)
    lifetimes = []
    for bar in summary.lifetimes:
        colour = VerdictStatus.ATTENTION if bar.is_long else Party.FIRST
        share = Share(key=colour, label=bar.label, count=bar.count, ratio=1.0)
        drawn = bar_svg([share], words("Lifetime"), bar.ratio / longest if longest else 0.0)
        lifetimes.append((bar.label, bar.count, _drawn(drawn)))
    return {
        "gauge": None
        if score is None
        else _drawn(gauge_svg(score, words("Compliance score"), words("of 100"))),
        "donut": _drawn(
            donut_svg(summary.by_category, words("Cookies by purpose"), total, words("cookies"), words)
        ),
        "party_bar": _drawn(bar_svg(summary.by_party, words("Cookies by party"))),
        "type_bar": _drawn(bar_svg(summary.by_type, words("Cookies by type"))),
        "phase_bars": [
            (bar.label, bar.count, _drawn(bar_svg(bar.shares, bar.label, bar.count / most if most else 0.0)))
            for bar in summary.by_phase
        ],
        "lifetime_bars": lifetimes,
        "exemptions": [
            (bar.title, bar.shares, _drawn(bar_svg(bar.shares, bar.title))) for bar in summary.exemptions
        ],
    }


def _drawn(svg: str) -> Markup:
    return Markup(svg)  # noqa: S704 - charts escape their texts


def _brand(branding: Branding) -> str:
    """The colour of the band in light; dark pages keep their own."""
    return f":root {{ --band: {branding.colour}; }}" if branding.colour else ""


def _embedded(logo: Logo | None) -> str | None:
    """The logo as an address that holds it; scripts in a picture do not run."""
    return None if logo is None else f"data:{logo.media_type};base64,{base64.b64encode(logo.data).decode()}"


@lru_cache(maxsize=2)
def _style(own: OwnTemplates | None) -> str:
    """The style sheets and one class a colour, lighter where the page is dark."""
    dark = {name: palette.lighter(colour) for name, colour in COLOURS.items()}
    colours = [
        *_classes("", COLOURS),
        "@media screen and (prefers-color-scheme: dark) {",
        *_classes(':root:not([data-theme="light"]) ', dark),
        "}",
        "@media screen {",
        *_classes(':root[data-theme="dark"] ', dark),
        "}",
    ]
    sheets = [text_of(name, own) for name in STYLES]
    return "".join([*sheets, "\n".join(colours), "\n"])


def _classes(scope: str, colours: Mapping[str, str]) -> Iterable[str]:
    return [f"{scope}.c-{name} {{ --c: {colour}; }}" for name, colour in colours.items()]
