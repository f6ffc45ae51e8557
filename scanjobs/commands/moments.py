"""Durations and moments as people type them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import typer

from scanjobs import config
from scanjobs.domain.reports import MOST_DAYS

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?[smhdw])+")
_PART = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")


def parse_duration(text: str) -> timedelta:
    """`90s`, `10m`, `2h30m`, `1d`.

    Raises:
        BadParameter: it is no duration, or one of more than a century.
    """
    words = text.strip().lower().replace(" ", "")
    if not _DURATION.fullmatch(words):
        raise typer.BadParameter(f"{text!r} is no duration; write 45s, 10m, 2h30m or 1d.")
    seconds = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(words))
    if seconds > MOST_DAYS * _UNITS["d"]:
        raise typer.BadParameter(f"{text!r} is too long; {MOST_DAYS}d is the longest.")
    return timedelta(seconds=seconds)


def parse_moment(text: str, now: datetime | None = None) -> datetime:
    """`2026-12-01T08:00`, with a zone or in the local one; `08:00` is the next time it is that late. UTC.

    Raises:
        BadParameter: it is no moment.
    """
    here = (now or config.now()).astimezone()
    try:
        clock = datetime.strptime(text.strip(), "%H:%M")  # noqa: DTZ007 - the zone is added below
    except ValueError:
        pass
    else:
        found = here.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
        return (found if found > here else found + timedelta(days=1)).astimezone(UTC)
    try:
        return datetime.fromisoformat(text.strip()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{text!r} is no moment; write 2026-12-01T08:00 or 08:00.") from None


def parse_past(text: str, now: datetime | None = None) -> datetime:
    """`2h30m` is so long ago; `2026-12-01T08:00` is that moment, with a zone or in the local one. UTC.

    Raises:
        BadParameter: it is neither.
    """
    if _DURATION.fullmatch(text.strip().lower().replace(" ", "")):
        return (now or config.now()) - parse_duration(text)
    try:
        return datetime.fromisoformat(text.strip()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{text!r} is no moment; write 2026-12-01T08:00 or 2h30m.") from None


def parse_start(text: str) -> datetime:
    """`2026-12-01T08:00`; where it names no zone, neither does what this answers.

    Raises:
        BadParameter: it is no moment.
    """
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no moment; write 2026-12-01T08:00.") from None
