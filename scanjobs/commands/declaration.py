"""`scanjobs declaration`: a cookie declaration ready to paste, from what a scan observed."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scanjobs.commands.options import LanguageOption, ScanOrSiteArgument


class DeclarationFormat(StrEnum):
    """What a declaration can be written as."""

    HTML = "html"
    MARKDOWN = "md"


def declaration(
    scan: ScanOrSiteArgument,
    format: Annotated[
        DeclarationFormat, typer.Option("--format", "-f", help="HTML to paste into a page, or Markdown.")
    ] = DeclarationFormat.HTML,
    language: LanguageOption = "en",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it there, not to the screen.")
    ] = None,
) -> None:
    """Write the cookie declaration that fits what a scan observed.

    What has to be completed before it is published is told beside it.
    """
    from scanjobs import config, console
    from scanjobs.db import scans, site_scans
    from scanjobs.files import write_atomically
    from scanjobs.reports.declaration import declaration_of
    from scanjobs.reports.declaration_text import declaration_html, declaration_markdown
    from scanjobs.reports.inventory import inventory
    from scanjobs.reports.languages import words_in
    from scanjobs.reports.own_templates import load_templates
    from scanjobs.reports.stored import stored_items

    words, settings = words_in(language), config.current()
    record = scans.load_scan(settings, site_scans.find_scan(settings, scan).id)
    part = declaration_of(record, inventory(record, words), stored_items(record), words)
    if format is DeclarationFormat.HTML:
        text = declaration_html(part, words.language, load_templates(settings))
    else:
        text = declaration_markdown(part)
    if output is None:
        console.show_text(text)
    else:
        write_atomically(output, lambda file: file.write(text.encode()))
        console.show_line(str(output))
    for remark in part.remarks:
        console.say("note", remark)
