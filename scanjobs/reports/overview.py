"""What a report about several scans says: one frozen value that its renderers draw and none adds to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scanjobs.domain.reports import ReportKind, ReportOptions
from scanjobs.reports.parts import Branding, Note
from scanjobs.reports.words import Words

Value = str | int | float | bool | datetime | None
"""What a cell or a tile says to a program, the same in every language."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: what a reader sees, and what a program reads."""

    text: str
    value: Value
    tone: str | None = None
    """The colour beside it, by its name in the palette; None for none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column of a table."""

    key: str
    """What programs call it."""
    title: str
    weight: float = 1.0
    """Its share of the width."""
    is_number: bool = False
    is_day: bool = False
    names_row: bool = False
    """Whether its text says what a row is about; true of the first column only."""
    is_detail: bool = False
    """Whether it stands in no table on a page, but among the details of a row and in files for programs."""
    is_choice: bool = False
    """Whether it has few different texts, by which a reader may want to narrow the table."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OverviewTable:
    """Rows of one sort; the first rows are those that matter most."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    """One cell for each column."""
    otherwise: str
    """What is said where there is no row."""
    shown: int | None = None
    """How many rows pages show that are read from top to bottom; None for all."""
    cut: str = ""
    """What such pages say where that is not all of them."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart."""

    label: str
    value: int
    text: str
    tone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """Bars below each other, measured against the same whole."""

    title: str
    bars: tuple[Bar, ...]
    most: int
    """What a bar of the whole width stands for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """One part of the report."""

    key: str
    heading: str
    sentences: tuple[str, ...] = ()
    chart: Chart | None = None
    table: OverviewTable | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Tile:
    """One number that stands for much."""

    key: str
    """What programs call it."""
    label: str
    text: str
    value: Value
    tone: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AboutScan:
    """One of the scans that the report is about."""

    id: str
    site: str
    created_at: datetime
    captured_at: datetime | None
    profile: str
    tool_version: str
    """Version of scanjobs that took the captures in."""
    rules_version: str
    data_version: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """Everything that a report about several scans says, in the order it says it."""

    kind: ReportKind
    kind_label: str
    """The kind in words, as it stands above the title."""
    title: str
    subject: str
    """What it is about, in a few words."""
    report_id: str
    tool_version: str
    words: Words
    """The language it is written in; what is drawn beside its texts is said in it too."""
    options: ReportOptions
    branding: Branding
    created_at: datetime
    status: str
    """What it says in one word, for programs: the name of its colour in the palette."""
    status_label: str
    headline: str
    sentences: tuple[str, ...]
    tiles: tuple[Tile, ...]
    facts: tuple[Note, ...]
    """What tells this report from every other one."""
    sections: tuple[Section, ...]
    main: str
    """The key of the table that stands for the whole where there is room for one only."""
    scans: tuple[AboutScan, ...]
    """The scans; of a comparison the older one first."""
    notice: str

    @property
    def language(self) -> str:
        """Its language as ISO 639-1 code."""
        return self.words.language

    @property
    def tables(self) -> tuple[OverviewTable, ...]:
        """The tables of all sections."""
        return tuple(section.table for section in self.sections if section.table)

    @property
    def main_table(self) -> OverviewTable:
        """The table that `main` names."""
        return next(table for table in self.tables if table.key == self.main)
