"""A cookie declaration as text that can be pasted into a page: HTML or Markdown."""

from __future__ import annotations

from scanjobs.reports.listed import DeclarationPart
from scanjobs.reports.markdown_text import code, plain, table
from scanjobs.reports.parts import OwnTemplates


def declaration_html(part: DeclarationPart, language: str, own: OwnTemplates | None = None) -> str:
    """A section that takes the looks of the page it stands in; it needs no style and no script.

    Raises:
        TemplateError: there is a template of one's own for it, and something is wrong with that.
    """
    from scanjobs.reports.template_engine import filled  # Jinja, which Markdown needs not

    return filled("declaration.html.j2", {"declaration": part, "language": language}, own) + "\n"


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
