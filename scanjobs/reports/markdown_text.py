"""Texts as Markdown (GitHub's flavour) in which nothing that a site sent has a meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from scanjobs.reports import wording
from scanjobs.reports.words import Words

# Signs of Markdown and HTML inside a line, of formulas; and what makes a bare address a link.
_SPECIAL = re.compile(r"[\\`*_\[\]<>&|~$]|:(?=//)|(?<=www)\.", re.IGNORECASE)
# A line is not broken at spaces that are there to hold it together.
_SPACES = re.compile(r"[^\S\u00a0\u202f]+")
_BAR = re.compile(r"(?<!\\)\|")
# People and issues are mentioned by the text that is read, escaped or not: only something in between helps.
_MENTION = re.compile(r"[@#]")


def plain(text: str) -> str:
    """The text as it is read, whatever signs of Markdown, HTML or a mention it holds; on one line."""
    escaped = _SPECIAL.sub(r"\\\g<0>", wording.visible(_SPACES.sub(" ", text).strip(" ")))
    return _MENTION.sub(r"\g<0><!-- -->", escaped)


def code(text: str) -> str:
    """A name as code, in which nothing has a meaning but the sign that ends it, and the end of a cell."""
    text = wording.visible(" ".join(text.split())) or " "
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def link(text: str, url: str | None) -> str:
    """A text that leads to a web address, or only the text."""
    return f"[{plain(text)}](<{url}>)" if url else plain(text)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells that are Markdown already, in rows under a header."""
    # A bar ends a cell, also within code.
    escaped = ([_BAR.sub(r"\\|", cell) for cell in row] for row in rows)
    lines = [header, ["---"] * len(header), *escaped]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def bullets(lines: Iterable[str]) -> str:
    """Lines that are Markdown already, as a list."""
    return "\n".join(f"- {line}" for line in lines)


def facts(words: Words, *told: tuple[str, str]) -> str:
    """Names and values, a line each."""
    return bullets(f"**{words('{name}:', name=name)}** {value}" for name, value in told)
