"""Makes blocks for Slack of a text, within its limits, with words from outside kept from acting."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

MOST_BLOCKS = 50
LONGEST_TEXT = 3000
LONGEST_HEADER = 150
LONGEST_FALLBACK = 12_000
"""Characters of the text for Mattermost, which takes some 16,000."""
DIVIDER = "---"
SMALL = "~ "
"""Begins a paragraph that is shown small."""
_JOINER = "\u2060"
# Mattermost reads @names and [links](…) in any text, Slack reads only <…>; ` ends what is code for both.
_ACTS = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "`": "ˋ", "@": f"@{_JOINER}", "](": f"]{_JOINER}("}
_ACTING = re.compile("|".join(map(re.escape, _ACTS)))
_CUT_ENTITY = re.compile(r"&[a-z]{0,3}$")


def escaped(value: Any) -> Any:
    """A value with every text in it made one that mentions nobody and leads nowhere."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return _ACTING.sub(lambda found: _ACTS[found[0]], value)
    if isinstance(value, Mapping):
        return {key: escaped(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(escaped, value))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: escaped(getattr(value, one.name)) for one in fields(value)})
    return value


def blocks(headline: str, text: str) -> tuple[dict[str, Any], ...]:
    """A headline and a text as blocks, one for each paragraph."""
    made = [
        block
        for paragraph in re.split(r"\n\s*\n", text.strip())
        if paragraph.strip()
        for block in _blocks_of(paragraph.strip())
    ]
    if len(made) > MOST_BLOCKS - 1:
        left_out = len(made) - (MOST_BLOCKS - 3)
        made = [
            *made[: MOST_BLOCKS - 3],
            _section(f"_{left_out - 1} more paragraphs are left out._"),
            made[-1],
        ]
    header = {"type": "header", "text": {"type": "plain_text", "text": cut(headline, LONGEST_HEADER)}}
    return (header, *made)


def fallback(headline: str, text: str) -> str:
    """The same as one text, for notifications and for Mattermost."""
    lines = (line.removeprefix(SMALL) for line in text.splitlines())
    return cut(f"*{headline}*\n\n" + "\n".join(lines), LONGEST_FALLBACK)


def cut(text: str, longest: int) -> str:
    """The beginning of a text, without half an entity at its end."""
    text = text.strip()
    return text if len(text) <= longest else _CUT_ENTITY.sub("", text[: longest - 1]).rstrip() + "…"


def _blocks_of(paragraph: str) -> list[dict[str, Any]]:
    if paragraph == DIVIDER:
        return [{"type": "divider"}]
    if paragraph.startswith(SMALL):
        small = cut(paragraph.removeprefix(SMALL), LONGEST_TEXT)
        return [{"type": "context", "elements": [{"type": "mrkdwn", "text": small}]}]
    pieces, piece = [], ""
    for line in paragraph.splitlines():
        line = cut(line, LONGEST_TEXT)
        if piece and len(piece) + len(line) + 1 > LONGEST_TEXT:
            pieces.append(piece)
            piece = ""
        piece = f"{piece}\n{line}" if piece else line
    return [_section(one) for one in (*pieces, piece)]


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}
