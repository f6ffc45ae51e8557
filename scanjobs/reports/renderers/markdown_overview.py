"""Portfolio and comparison reports as Markdown (GitHub's flavour): for wikis, tickets and plain text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from scanjobs.reports.markdown_text import plain, table
from scanjobs.reports.overview import Overview, OverviewTable, Section
from scanjobs.reports.renderers import Progress


class MarkdownOverviewRenderer:
    """Writes an overview as Markdown."""

    def render(self, overview: Overview, file: BinaryIO, on_progress: Progress) -> None:
        """Write one block after the other."""
        on_progress(0, "sections")
        for block in _blocks(overview):
            file.write(f"{block}\n\n".encode("utf-8", "replace"))
        on_progress(100, "done")


def _blocks(overview: Overview) -> Iterator[str]:
    words = overview.words
    yield f"# {plain(overview.title)}"
    yield f"**{plain(overview.status_label)}: {plain(overview.headline)}**"
    yield plain(" ".join(overview.sentences))
    yield table(
        (words("Number"), words("What")), ((plain(tile.text), plain(tile.label)) for tile in overview.tiles)
    )
    for section in overview.sections:
        yield from _section(section)
    yield f"## {plain(words('About this report'))}"
    yield "\n".join(f"- {plain(note.term)}: {plain(note.text)}" for note in overview.facts)
    yield f"> {plain(overview.notice)}"


def _section(section: Section) -> Iterator[str]:
    yield f"## {plain(section.heading)}"
    for sentence in section.sentences:
        yield plain(sentence)
    if section.table:
        yield _table(section.table)
        if section.table.cut:
            yield plain(section.table.cut)


def _table(about: OverviewTable) -> str:
    """What pages show of a table; a sentence where it has no row."""
    if not about.rows:
        return plain(about.otherwise)
    places = [place for place, column in enumerate(about.columns) if not column.is_detail]
    return table(
        [plain(about.columns[place].title) for place in places],
        ([plain(row[place].text) for place in places] for row in about.rows[: about.shown]),
    )
