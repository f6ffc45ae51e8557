"""A cookie declaration as text that can be pasted into a page: HTML or Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from scanjobs.reports import wording
from scanjobs.reports.markdown_text import code, plain, table
from scanjobs.reports.parts import DeclarationGroup, DeclarationPart


def declaration_html(part: DeclarationPart, language: str) -> str:
    """A section that takes the looks of the page it stands in; it needs no style and no script."""
    lines = [
        f'<section class="cookie-declaration" lang="{language}">',
        f"<h2>{_html(part.title)}</h2>",
        f"<p>{_html(part.introduction)}</p>",
    ]
    for group in part.groups:
        lines += _group_html(group, part.headings)
    lines += [f"<p>{_html(part.updated)}</p>", "</section>"]
    return "\n".join(lines) + "\n"


def declaration_markdown(part: DeclarationPart, level: int = 2) -> str:
    """The same as Markdown (GitHub's flavour), under a heading of this level."""
    blocks = [f"{'#' * level} {plain(part.title)}", plain(part.introduction)]
    for group in part.groups:
        blocks += [f"{'#' * (level + 1)} {plain(group.title)}", plain(group.explanation)]
        rows = [
            (
                code(row.name),
                *(plain(cell) or " " for cell in (row.provider, row.purpose, row.lifetime, row.type)),
            )
            for row in group.rows
        ]
        blocks.append(table(part.headings, rows))
    return "\n\n".join([*blocks, plain(part.updated)]) + "\n"


def _group_html(group: DeclarationGroup, headings: tuple[str, ...]) -> Iterator[str]:
    yield f"<h3>{_html(group.title)}</h3>"
    yield f"<p>{_html(group.explanation)}</p>"
    yield "<table>"
    heads = "".join(f'<th scope="col">{_html(heading)}</th>' for heading in headings)
    yield f"<thead><tr>{heads}</tr></thead>"
    yield "<tbody>"
    for row in group.rows:
        cells = (row.provider, row.purpose, row.lifetime, row.type)
        yield (
            f'<tr><th scope="row" dir="auto">{_html(row.name)}</th>'
            f"{''.join(f'<td>{_html(cell)}</td>' for cell in cells)}</tr>"
        )
    yield "</tbody>"
    yield "</table>"


def _html(text: str) -> str:
    return escape(wording.visible(text))
