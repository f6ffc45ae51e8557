"""HTML reports: a document that has every part, and pages taken apart."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

from scanjobs.comparison import compare
from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.evidence import RuleInput
from scanjobs.domain.purposes import Category, Exemption
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports.document import Document, build_document
from scanjobs.reports.history import History
from tests import factories
from tests.unit.reports.documents import rule_facts


def with_every_part(scan: ScanRecord, **report: Any) -> Document:
    """The document of a scan that also has storage, a declaration, and an earlier scan of its site."""
    item = factories.labelled_item(
        factories.stored_item("visitor"),
        factories.stored_item("visitor", phase=ConsentPhase.ACCEPTED),
        label=factories.label(Category.ANALYTICS, exemption=Exemption.NOT_EXEMPT),
    )
    captures = [replace(one, inputs=one.inputs | {RuleInput.LOCAL_STORAGE}) for one in scan.captures]
    declaration = factories.declaration(
        factories.declared("cookie-000"),
        factories.declared("cookie-002", category=Category.NECESSARY),
        factories.declared("gone"),
    )
    newer = replace(scan, storage=(item,), captures=tuple(captures), declaration=declaration)
    older = replace(newer, id="0" * 36, cookies=newer.cookies[3:], findings=newer.findings[:3])
    return build_document(
        newer,
        factories.report_record(**report),
        tool_version="0.1.0",
        rule_book=rule_facts,
        history=History(
            first_seen={"C01": factories.NOON}, older=older, newer=newer, comparison=compare(older, newer)
        ),
    )


class Page(HTMLParser):
    """The elements of a page and the texts of its style and script elements."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[tuple[str, dict[str, str | None], str]] = []
        self.text = ""
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag

    def handle_data(self, data: str) -> None:
        if self._inside in ("script", "style"):
            self.raw.append((self._inside, self.elements[-1][1], data))
        else:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def code(self, tag: str) -> str:
        """The style or the script of the page."""
        return next(text for name, attributes, text in self.raw if name == tag and "type" not in attributes)

    def rows(self, name: str) -> dict[str, Any]:
        """What the script is given for a table."""
        loaded: dict[str, Any] = json.loads(
            next(text for _, attributes, text in self.raw if attributes.get("id") == f"rows-{name}")
        )
        return loaded

    def ids(self, tag: str) -> list[str | None]:
        """The names of elements, in the order of the page."""
        return [attributes.get("id") for name, attributes in self.elements if name == tag]


def values(encoded: Any) -> list[Any]:
    """A field of rows, one value a row; one value alone stands for all rows."""
    if isinstance(encoded, list):
        return encoded
    listed: list[Any] = encoded["values"]
    return [listed[place] for place in encoded["rows"]] if "rows" in encoded else listed
