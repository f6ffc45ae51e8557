"""Where templates of messages are: ours, and those of one's own that stand in for them."""

from __future__ import annotations

from pathlib import Path

from scanjobs.config import Settings

OURS = Path(__file__).parent / "templates"


def folder_of(settings: Settings) -> Path:
    """The folder of templates of one's own."""
    return settings.home / "templates" / "notifications"
