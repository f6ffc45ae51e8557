"""Makes one short line of any text, with what hides in it shown."""

from __future__ import annotations

from scanjobs.domain.hidden_characters import visible


def one_line(text: str, longest: int) -> str:
    """The text without breaks of line, its hidden characters shown, and cut where it is too long.

    It is cut before hidden characters are shown as well, since a text can consist of nothing else.
    """
    shown = visible(" ".join(text[: 4 * longest].split()))
    return (
        shown if len(shown) <= longest and len(text) <= 4 * longest else shown[: longest - 1].rstrip() + "…"
    )
