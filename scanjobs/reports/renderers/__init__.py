"""Draw a document; one file a format, and nothing is decided here."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO, Protocol

from scanjobs.reports.document import Document
from scanjobs.reports.overview import Overview
from scanjobs.reports.sheet import Sheet

Progress = Callable[[float, str], None]
"""Told the percentage done, 0 to 100, and what is being drawn."""


class Renderer(Protocol):
    """What we expect of a renderer."""

    def render(self, document: Document, file: BinaryIO, on_progress: Progress) -> None:
        """Write the document to a file opened for binary writing; equal documents give equal bytes."""
        ...


class OverviewRenderer(Protocol):
    """What we expect of a renderer of reports about several scans."""

    def render(self, overview: Overview, file: BinaryIO, on_progress: Progress) -> None:
        """Write the overview to a file opened for binary writing; equal overviews give equal bytes."""
        ...


class SheetRenderer(Protocol):
    """What we expect of a renderer of rows only."""

    def write(self, sheet: Sheet, file: BinaryIO, on_progress: Progress) -> None:
        """Write the rows to a file opened for binary writing, as they come."""
        ...
