"""When a message may go out: after quiet hours, and with the digest it belongs to."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scanjobs.domain.notifications import Digest, QuietHours, Subscription
from scanjobs.domain.zones import first_moment_of, zone_named
from scanjobs.errors import UsageError

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def time_of_day(text: str) -> time:
    """A time of day such as `22:00` or `8:30`.

    Raises:
        UsageError: it is none.
    """
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"{text!r} is no time of day.", hint="Write it as 22:00.")
    return time(int(match[1]), int(match[2]))


def quiet_hours(text: str) -> QuietHours:
    """Quiet hours such as `22:00-07:00`.

    Raises:
        UsageError: they are none, or never end.
    """
    start, dash, end = text.partition("-")
    if not dash:
        raise UsageError(f"{text!r} are no quiet hours.", hint="Write when they begin and end: 22:00-07:00")
    begins, ends = time_of_day(start), time_of_day(end)
    if begins == ends:
        raise UsageError(
            "Quiet hours that end when they begin would never end.",
            hint="Pause the subscription instead: `scanjobs notify edit NAME --pause`.",
        )
    return QuietHours(start=f"{begins:%H:%M}", end=f"{ends:%H:%M}")


def due_at(subscription: Subscription, happened_at: datetime) -> datetime:
    """When a message about something that happens now goes out: with its digest, and not in quiet hours."""
    return out_of_quiet(subscription, digest_at(subscription, happened_at))


def out_of_quiet(subscription: Subscription, moment: datetime) -> datetime:
    """This moment, or the end of the quiet hours that it falls into. In UTC."""
    quiet = subscription.quiet
    if quiet is None:
        return moment
    zone = zone_named(subscription.zone)
    start, end = time_of_day(quiet.start), time_of_day(quiet.end)
    today = moment.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        last = day + timedelta(days=1) if end <= start else day
        begins, ends = _clock_shows(day, start, zone), _clock_shows(last, end, zone)
        if begins <= moment < ends:
            return ends
    return moment


def digest_at(subscription: Subscription, moment: datetime) -> datetime:
    """When the digest goes out for which something happens at this moment; at once without one."""
    match subscription.digest:
        case Digest.NONE:
            return moment
        case Digest.HOURLY:
            hour = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
            return hour + timedelta(hours=1)
        case Digest.DAILY:
            zone = zone_named(subscription.zone)
            at, today = time_of_day(subscription.digest_at), moment.astimezone(zone).date()
            coming = (_clock_shows(today + timedelta(days=days), at, zone) for days in range(3))
            return next(one for one in coming if one > moment)


def _clock_shows(day: date, at: time, zone: ZoneInfo) -> datetime:
    return first_moment_of(datetime.combine(day, at), zone)
