"""Time zones: by name, the one of this host, and where on the time line a wall clock shows what."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from scanjobs.errors import UsageError

_LOCALTIME, _TIMEZONE = Path("/etc/localtime"), Path("/etc/timezone")


def zone_named(name: str) -> ZoneInfo:
    """The time zone of this name.

    Raises:
        UsageError: there is none.
    """
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError) as error:
        raise UsageError(
            f"There is no time zone {name!r}.", hint="Name one as in Europe/Berlin, America/Sao_Paulo or UTC."
        ) from error


def local_zone() -> str:
    """The name of this host's zone: what an entry that names none is bound to, wherever it runs later.

    Raises:
        UsageError: the host has a zone, but its name cannot be found.
    """
    asked = os.environ.get("TZ", "").removeprefix(":")
    if asked:
        return zone_named(asked).key
    for name in (_name_of_link(), _name_in_file()):
        if name:
            return zone_named(name).key
    if _LOCALTIME.exists():
        raise UsageError(
            "The name of this host's time zone cannot be found.", hint="Name one: --zone Europe/Berlin"
        )
    return "UTC"


def moments_of(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """When the clocks of a zone show this: once, or never or twice where they are moved. In UTC, in order."""
    moments = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(one for one in moments if one.astimezone(zone).replace(tzinfo=None) == wall)


def first_moment_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """When the clocks of a zone first show this, or first show more where they skip it. In UTC."""
    moments = moments_of(wall, zone)
    return moments[0] if moments else _end_of_gap(wall, zone)


def comes_again(moment: datetime, zone: ZoneInfo) -> timedelta:
    """By how much the clocks will be put back soon, so that they show once more what they show now."""
    local = moment.astimezone(zone)
    if local.fold:
        return timedelta(0)
    return max(timedelta(0), _offset(local) - _offset(local.replace(fold=1)))


def _end_of_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    # Read with the offset after it, a time that was skipped lies before the change; with that before, after.
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    after = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    new = _offset(after.astimezone(zone))
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if _offset(middle.astimezone(zone)) == new:
            after = middle
        else:
            before = middle
    return after


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta(0)


def _name_of_link() -> str | None:
    try:
        target = str(_LOCALTIME.resolve(strict=True))
    except OSError:
        return None
    _, found, name = target.partition("/zoneinfo/")
    return name if found else None


def _name_in_file() -> str | None:
    try:
        return _TIMEZONE.read_text("ascii").strip()
    except (OSError, ValueError):
        return None
