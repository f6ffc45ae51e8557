"""The report as one HTML file: nothing is loaded from anywhere, and it works from a folder."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from scanjobs.reports import wording
from scanjobs.reports.document import Document
from scanjobs.reports.parts import InventoryRow, Lifespan
from scanjobs.reports.renderers import Progress, palette
from scanjobs.reports.renderers.charts import bar_svg, donut_svg

TEMPLATES = Path(__file__).parent.parent / "templates"
ROWS_WITHOUT_SCRIPT = 100
ITEMS_SHOWN = 200
_LAST = 2**53 - 1  # the largest whole number JavaScript counts exactly
SECTIONS = (
    ("verdict", "Verdict"),
    ("scope", "Scope"),
    ("summary", "Summary"),
    ("findings", "Findings"),
    ("cookies", "Cookies"),
    ("hosts", "Third parties"),
    ("checklist", "Checklist"),
    ("annex", "About"),
)


class HtmlRenderer:
    """Draws a document as one page."""

    def render(self, document: Document, file: BinaryIO, on_progress: Progress) -> None:
        """Fill the template, the cookies as data for its script."""
        on_progress(0, "cookies")
        columns = _columns(document)
        rows = [_texts(row) for row in document.cookies]
        data = _script_safe(orjson.dumps(_columnar(columns, rows, document.cookies)))
        on_progress(40, "page")
        page = _environment().get_template("report.html.j2").render(_context(document, columns, rows, data))
        on_progress(90, "file")
        file.write(page.encode("utf-8", "replace"))
        on_progress(100, "done")


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of the table of cookies."""

    key: str
    title: str


def _columns(document: Document) -> tuple[TableColumn, ...]:
    return (
        TableColumn("name", "Name"),
        TableColumn("domain", "Domain, path"),
        TableColumn("party", "Party"),
        TableColumn("category", "Purpose"),
        TableColumn("vendor", "Vendor"),
        TableColumn("lifetime", "Lifetime"),
        TableColumn("flags", "Attributes"),
        TableColumn("exempt", "Exempt"),
        *(TableColumn(f"phase-{phase}", wording.SHORT_PHASE[phase]) for phase in document.scope.phases),
        TableColumn("first_url", "First seen at"),
    )


def _texts(row: InventoryRow) -> tuple[str, ...]:
    """The cells of one cookie; further lines of a cell are shown smaller."""
    visible = wording.visible
    return (
        visible(row.name),
        "\n".join(visible(line) for line in _place(row)),
        wording.PARTY[row.party].split()[0],
        f"{wording.CATEGORY[row.category]}\n{wording.SOURCE[row.source]}, {row.confidence:.0%}",
        visible(row.vendor or wording.NONE),
        row.lifetime,
        row.flags,
        wording.EXEMPTION[row.exemption],
        *(wording.PRESENCE[presence] for presence in row.presence),
        visible(row.first_url),
    )


def _place(row: InventoryRow) -> Iterable[str]:
    yield row.domain
    if row.path != "/":
        yield row.path
    if row.partition:
        yield f"under {row.partition}"


def _columnar(
    columns: Sequence[TableColumn], rows: Sequence[Sequence[str]], cookies: Sequence[InventoryRow]
) -> dict[str, Any]:
    """The table column by column; one that repeats itself is a list of texts and indices into it."""
    encoded: dict[str, Any] = {}
    for index, column in enumerate(columns):
        texts = [row[index] for row in rows]
        places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        repeats = len(places) * 2 < len(texts)
        encoded[column.key] = (
            {"texts": list(places), "rows": [places[text] for text in texts]} if repeats else texts
        )
    return {
        "count": len(rows),
        "keys": [column.key for column in columns],
        "columns": encoded,
        "order": {"lifetime": [_lifetime_order(row) for row in cookies]},
    }


def _lifetime_order(row: InventoryRow) -> int:
    """Session cookies stand before all others, unknown lifetimes after them."""
    if row.lifespan is Lifespan.SESSION:
        return -1
    return _LAST if row.lifetime_seconds is None else max(row.lifetime_seconds, 0)


def _script_safe(json: bytes) -> Markup:
    """JSON that cannot end the script element it stands in, whatever its texts say."""
    escaped = json.replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026")
    # Not new lines in JSON, but once they were in JavaScript.
    escaped = escaped.replace(b"\xe2\x80\xa8", b"\\u2028").replace(b"\xe2\x80\xa9", b"\\u2029")
    return Markup(escaped.decode())  # noqa: S704 - escaped just above


def _context(
    document: Document, columns: Sequence[TableColumn], rows: Sequence[Sequence[str]], data: Markup
) -> dict[str, Any]:
    summary = document.summary
    style, script = _style(), _asset("report.js")
    total = wording.number(summary.total_cookies)
    return {
        "document": document,
        "about": document.identification,
        "verdict": document.verdict,
        "summary": summary,
        "words": wording,
        "sections": SECTIONS,
        "columns": columns,
        "first_rows": rows[:ROWS_WITHOUT_SCRIPT],
        "items_shown": ITEMS_SHOWN,
        "donut": Markup(donut_svg(summary.by_category, "Cookies by purpose", total, "cookies")),  # noqa: S704
        "party_bar": Markup(bar_svg(summary.by_party, "Cookies by party")),  # noqa: S704
        "type_bar": Markup(bar_svg(summary.by_type, "Cookies by type")),  # noqa: S704
        "style": Markup(style),  # noqa: S704 - our own file
        "script": Markup(script),  # noqa: S704 - our own file
        "policy": _policy(style, script),
        "data": data,
    }


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
    """The style sheet and one class a colour."""
    names: Iterable[tuple[str, str]] = chain.from_iterable(
        colours.items()
        for colours in (
            palette.CATEGORY,
            palette.PARTY,
            palette.LIFESPAN,
            palette.STATUS,
            palette.SEVERITY,
            palette.OUTCOME,
        )
    )
    classes = "\n".join(f".c-{name} {{ --c: {colour}; }}" for name, colour in names)
    return f"{_asset('report.css')}{classes}\n"


@lru_cache(maxsize=4)
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
        count_or_none=lambda count: wording.NONE if count is None else wording.number(count),
        is_web=lambda url: bool(url) and url.startswith(("https://", "http://")),
    )
    return environment
