"""When an entry is due: by a cron expression, which cronsim reads, or in every so long."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Protocol
from zoneinfo import ZoneInfo

from scanjobs.domain.zones import comes_again, first_moment_of, moments_of, zone_named
from scanjobs.errors import UsageError

EVERY = "every "
"""What begins so is no cron expression."""

_NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_DURATION = re.compile(r"(?:\d+(?:s|mo|m|h|d|w|y))+")
_PART = re.compile(r"(\d+)(s|mo|m|h|d|w|y)")
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_DAYS = {"d": 1, "w": 7}
_MONTHS = {"mo": 1, "y": 12}
_LONGEST_DAYS = 36_600


class Timing(Protocol):
    """Something that has slots, one after the other."""

    def next_after(self, moment: datetime) -> datetime | None:
        """The first slot after a moment, in UTC; None where there is none any more."""
        ...


@dataclass(frozen=True, slots=True)
class Cron:
    """Whenever the clocks of a zone show a time that an expression names.

    cronsim finds the times; which moments they are is decided here, since it knows the days on which clocks
    are moved only for five fields and for whole hours. The rules are those of Debian's cron. An expression
    with a fixed minute and hour is due once a day: a time that the clocks skip when they skip it, a time
    that they show twice the first time. One whose minute or hour begins with a star follows real time.
    """

    expression: str
    zone: ZoneInfo

    def next_after(self, moment: datetime) -> datetime | None:
        """The first slot after a moment, in UTC; None where there is none in fifty years."""
        if not self._follows_real_time:
            walls = self._walls_after(self._wall(moment))
            slots = (first_moment_of(wall, self.zone) for wall in walls)
            return next((slot for slot in slots if slot > moment), None)
        slot = self._first_shown(self._wall(moment), moment)
        again = comes_again(moment, self.zone)
        if again and not (slot and comes_again(slot, self.zone)):
            # Nothing more until the clocks are put back; then what they have shown before is due again.
            found = [slot, self._first_shown(self._wall(moment) - again, moment)]
            slot = min((one for one in found if one is not None), default=None)
        return slot

    @property
    def _follows_real_time(self) -> bool:
        minute, hour = self.expression.split()[-5:-3]
        return minute.startswith("*") or hour.startswith("*")

    def _wall(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone).replace(tzinfo=None)

    def _first_shown(self, wall: datetime, after: datetime) -> datetime | None:
        for shown in self._walls_after(wall):
            for slot in moments_of(shown, self.zone):
                if slot > after:
                    return slot
        return None

    def _walls_after(self, wall: datetime) -> Iterator[datetime]:
        from cronsim import CronSim  # 5 ms, and only needed where something is scheduled

        try:
            yield from CronSim(self.expression, wall)
        except (OverflowError, ValueError):  # the year 10000
            return


@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """In every so long, counted from a start.

    Seconds are real time. Days and months are the calendar's, in a zone: the clock shows the same time, and
    the day of the month is that of the start, or the last one of a shorter month.
    """

    start: datetime
    """The first slot."""
    zone: ZoneInfo
    seconds: int = 0
    days: int = 0
    months: int = 0
    """Only one of the three is not 0."""

    def next_after(self, moment: datetime) -> datetime | None:
        """The first slot after a moment, in UTC."""
        if moment < self.start:
            return self.start
        try:
            if self.seconds:
                passed = int((moment - self.start).total_seconds() // self.seconds)
                return self.start + timedelta(seconds=(passed + 1) * self.seconds)
            number = max(0, self._passed(moment) - 1)
            while (slot := self._slot(number)) <= moment:
                number += 1
            return slot
        except (OverflowError, ValueError):  # the year 10000
            return None

    def _passed(self, moment: datetime) -> int:
        """How many slots lie before a moment, give or take one."""
        here, begun = moment.astimezone(self.zone), self.start.astimezone(self.zone)
        if self.days:
            return (here.date() - begun.date()).days // self.days
        return ((here.year - begun.year) * 12 + here.month - begun.month) // self.months

    def _slot(self, number: int) -> datetime:
        wall = self.start.astimezone(self.zone).replace(tzinfo=None, fold=0)
        if number == 0:
            return self.start
        if self.days:
            return first_moment_of(wall + timedelta(days=number * self.days), self.zone)
        year, month = divmod(wall.year * 12 + wall.month - 1 + number * self.months, 12)
        day = min(wall.day, calendar.monthrange(year, month + 1)[1])
        return first_moment_of(wall.replace(year=year, month=month + 1, day=day), self.zone)


def timing_of(text: str, zone: str, start: datetime) -> Timing:
    """What `30 2 * * *`, `@daily` or `every 15m` means in a zone, counted from a start.

    Raises:
        UsageError: it means nothing, or it would never be due.
    """
    if text.startswith(EVERY):
        return _every(text.removeprefix(EVERY), zone_named(zone), start)
    return _cron(_NICKNAMES.get(text.strip().lower(), " ".join(text.split())), zone_named(zone))


def slots_after(timing: Timing, moment: datetime, number: int) -> list[datetime]:
    """The next few slots after a moment."""
    return list(islice(_slots(timing, moment), number))


def last_until(timing: Timing, first: datetime, moment: datetime) -> datetime:
    """The last slot that is not after a moment, of which the first is known.

    It looks back further and further, since years may have passed and a slot may come every second.
    """
    following = timing.next_after(first)
    if following is None or following > moment:
        return first
    span = following - first
    while (begin := moment - span) > first:
        if (slot := timing.next_after(begin)) is not None and slot <= moment:
            first = slot
            break
        span *= 2
    while (slot := timing.next_after(first)) is not None and slot <= moment:
        first = slot
    return first


def _slots(timing: Timing, moment: datetime) -> Iterator[datetime]:
    while (slot := timing.next_after(moment)) is not None:
        yield slot
        moment = slot


def _cron(expression: str, zone: ZoneInfo) -> Cron:
    from cronsim import CronSim, CronSimError  # 5 ms, and only needed where something is scheduled

    try:
        found = next(CronSim(expression, datetime(2000, 1, 1)), None)  # noqa: DTZ001 - a time on a wall
    except CronSimError as error:
        raise UsageError(
            f"{expression!r} is no cron expression: {_lower(str(error))}.",
            hint="Minute, hour, day, month and weekday, as in '30 2 * * MON-FRI'; a sixth field before them"
            " is the second.",
        ) from error
    if found is None:
        raise UsageError(f"The cron expression {expression!r} is never due.", hint="No month has such a day.")
    return Cron(expression, zone)


def _every(text: str, zone: ZoneInfo, start: datetime) -> Every:
    words = text.strip().lower().replace(" ", "")
    sums = [0, 0, 0]
    for number, unit in _PART.findall(words) if _DURATION.fullmatch(words) else ():
        for index, units in enumerate((_SECONDS, _DAYS, _MONTHS)):
            sums[index] += int(number) * units.get(unit, 0)
    seconds, days, months = sums
    if sum(map(bool, sums)) != 1 or max(days + seconds / 86_400, months * 30.5) > _LONGEST_DAYS:
        raise UsageError(
            f"{text!r} is no rhythm.",
            hint="Write 30s, 15m, 2h30m, 1d, 2w, 1mo or 1y. Days and months are the calendar's: they do not"
            " mix with each other, nor with hours.",
        )
    return Every(start=start.astimezone(UTC), zone=zone, seconds=seconds, days=days, months=months)


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
