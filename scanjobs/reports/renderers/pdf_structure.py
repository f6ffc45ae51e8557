"""What the things on the pages of the PDF are: headings, paragraphs, tables, in the order they are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from fpdf.annotations import PDFAnnotation

FIRST_ANNOTATION = 1_000_000
"""Number of the first annotation among the structure's parents; pages have those from 0 on."""

# The standard structure types of ISO 32000-1, 14.8.4, that hold other elements rather than text.
_GROUPS = frozenset({"Document", "Sect", "TOC", "L", "LI", "Table", "THead", "TBody", "TR"})


class LinkAnnotation(PDFAnnotation):
    """A rectangle that leads somewhere, and the number it has among the structure's parents."""

    struct_parent: int | None = None


class Content(NamedTuple):
    """A piece of a page that an element holds: the page and the number the piece has there."""

    page: int
    number: int


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a table on one page: as many cells a row, numbered one after the other.

    A long table has some hundred thousand cells, so they become objects only where the file is written.
    """

    page: int
    first: int
    """Number of the first cell on the page."""
    count: int
    cells: tuple[str, ...]
    """Type and attributes of the cell of each column, as PDF: `/TD`."""


@dataclass(eq=False, slots=True)
class Element:
    """One node of the tree."""

    role: str
    """A standard structure type."""
    parent: Element | None
    attributes: str = ""
    """Further entries of the element as PDF: `/Alt(…)`."""
    kids: list[Element | Content | Rows | PDFAnnotation] = field(default_factory=list)


class Structure:
    """The tree as it grows while the pages are drawn."""

    def __init__(self) -> None:
        self.root = Element("Document", None)
        self.elements = [self.root]
        """Every element but those of `Rows`."""
        self.parents: dict[int, list[Element | None]] = {}
        """For every page the element of each numbered piece; None for the cells of `Rows`."""
        self.links: list[Element] = []
        """The element of each annotation."""
        self._open = self.root

    @property
    def current(self) -> Element:
        """The element that holds what is drawn next."""
        return self._open

    def add(self, role: str, attributes: str = "", parent: Element | None = None) -> Element:
        """A new element, the last one inside the open one."""
        parent = parent or self._open
        element = Element(role, parent, attributes)
        parent.kids.append(element)
        self.elements.append(element)
        return element

    @contextmanager
    def inside(self, element: Element) -> Iterator[Element]:
        """What is drawn in the block goes into an element."""
        before, self._open = self._open, element
        try:
            yield element
        finally:
            self._open = before

    def marked(self, page: int) -> tuple[str, int]:
        """The type and the number of the next piece of a page; outside of a text it is a paragraph."""
        element = self.add("P") if self._open.role in _GROUPS else self._open
        numbered = self.parents.setdefault(page, [])
        numbered.append(element)
        content = Content(page, len(numbered) - 1)
        element.kids.append(content)
        return element.role, content.number

    def next_cell(self, page: int) -> int:
        """The number that the next cell of a page gets."""
        return len(self.parents.setdefault(page, []))

    def add_rows(self, page: int, count: int, cells: Sequence[str]) -> None:
        """Put rows into the open element whose cells were drawn with the numbers from `next_cell` on."""
        numbered = self.parents.setdefault(page, [])
        self._open.kids.append(Rows(page, len(numbered), count, tuple(cells)))
        numbered.extend([None] * (count * len(cells)))

    def add_link(self, annotation: PDFAnnotation) -> int:
        """Put an annotation into the open element; answers its number among the structure's parents."""
        self._open.kids.append(annotation)
        self.links.append(self._open)
        return FIRST_ANNOTATION + len(self.links) - 1
