"""Numbers and spans of time in sentences."""

from __future__ import annotations

from datetime import timedelta


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 job`, `3 jobs`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def span(time: timedelta) -> str:
    """A span in its largest unit that says enough: `12 s`, `3 min`, `5 h`, `2 d`."""
    seconds = max(time.total_seconds(), 0)
    for limit, size, unit in ((120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h")):
        if seconds < limit:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86_400:.0f} d"
