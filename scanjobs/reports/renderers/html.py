"""The report as one HTML file: nothing is loaded from anywhere, and it works from a folder."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from scanjobs.reports import wording
from scanjobs.reports.document import Document
from scanjobs.reports.renderers import Progress, palette
from scanjobs.reports.renderers.charts import bar_svg, donut_svg, gauge_svg
from scanjobs.reports.renderers.html_rows import cookie_tables, exemptions, host_table

TEMPLATES = Path(__file__).parent.parent / "templates"
ITEMS_SHOWN = 200
SECTIONS = (
    ("verdict", "Verdict"),
    ("scope", "Scope"),
    ("summary", "Summary"),
    ("findings", "Findings"),
    ("matrix", "Consent matrix"),
    ("inventory", "Cookies"),
    ("hosts", "Third parties"),
    ("checklist", "Checklist"),
    ("annex", "About"),
)


class HtmlRenderer:
    """Draws a document as one page."""

    def render(self, document: Document, file: BinaryIO, on_progress: Progress) -> None:
        """Fill the template, the rows of long tables as data for its script."""
        on_progress(0, "tables")
        context = _context(document)
        on_progress(40, "page")
        page = _environment().get_template("report.html.j2").render(context)
        on_progress(90, "file")
        file.write(page.encode("utf-8", "replace"))
        on_progress(100, "done")


def _context(document: Document) -> dict[str, Any]:
    summary, verdict = document.summary, document.verdict
    style, script = _style(), _asset("tables.js") + _asset("page.js")
    total = wording.number(summary.total_cookies)
    matrix, inventory = cookie_tables(document)
    hosts = host_table(document)
    tables = {table.id: table for table in (matrix, inventory, hosts) if table.rows.count}
    return {
        "document": document,
        "about": document.identification,
        "verdict": verdict,
        "summary": summary,
        "words": wording,
        "sections": SECTIONS,
        "tables": tables,
        "datasets": list({table.rows.name: table.rows for table in tables.values()}.values()),
        "items_shown": ITEMS_SHOWN,
        "gauge": None if verdict.score is None else _drawn(gauge_svg(verdict.score, "Compliance score")),
        "donut": _drawn(donut_svg(summary.by_category, "Cookies by purpose", total, "cookies")),
        "party_bar": _drawn(bar_svg(summary.by_party, "Cookies by party")),
        "type_bar": _drawn(bar_svg(summary.by_type, "Cookies by type")),
        "exemptions": [
            (phase, count, shares, _drawn(bar_svg(shares, f"{wording.PHASE[phase]}, by exemption")))
            for phase, count, shares in exemptions(document)
        ],
        "style": Markup(style),  # noqa: S704 - our own file
        "script": Markup(script),  # noqa: S704 - our own file
        "policy": _policy(style, script),
    }


def _drawn(svg: str) -> Markup:
    return Markup(svg)  # noqa: S704 - charts escape their texts


def _policy(style: str, script: str) -> str:
    """Only this style and this script, and nothing from the network."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@lru_cache(maxsize=1)
def _style() -> str:
    """The style sheets and one class a colour, lighter where the page is dark."""
    named = {
        name: colour
        for colours in (
            palette.CATEGORY,
            palette.PARTY,
            palette.LIFESPAN,
            palette.STATUS,
            palette.SEVERITY,
            palette.OUTCOME,
            palette.EXEMPTION,
        )
        for name, colour in colours.items()
    }
    dark = {name: palette.lighter(colour) for name, colour in named.items()}
    colours = [
        *_classes("", named),
        "@media screen and (prefers-color-scheme: dark) {",
        *_classes(':root:not([data-theme="light"]) ', dark),
        "}",
        "@media screen {",
        *_classes(':root[data-theme="dark"] ', dark),
        "}",
    ]
    sheets = [_asset(f"{name}.css") for name in ("page", "parts", "tables", "print")]
    return "".join([*sheets, "\n".join(colours), "\n"])


def _classes(scope: str, colours: Mapping[str, str]) -> Iterable[str]:
    return [f"{scope}.c-{name} {{ --c: {colour}; }}" for name, colour in colours.items()]


@lru_cache(maxsize=8)
def _asset(name: str) -> str:
    return (TEMPLATES / name).read_text("utf-8")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    severities: Mapping[Any, str] = wording.SEVERITY
    environment.globals["severities"] = severities
    environment.filters.update(
        visible=wording.visible,
        number=wording.number,
        percent=wording.percent,
        size=wording.size,
        moment=wording.moment,
        long_moment=wording.long_moment,
        is_web=lambda url: bool(url) and url.startswith(("https://", "http://")),
    )
    return environment
