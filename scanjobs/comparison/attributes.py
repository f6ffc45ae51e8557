"""Compares how one cookie was set in two scans: its life, its flags, where it is sent."""

from __future__ import annotations

from collections.abc import Iterator

from scanjobs.comparison.changes import Aspect, Difference, Plain
from scanjobs.domain.cookies import CookieOrigin, ObservedCookie
from scanjobs.domain.labels import LabelledCookie

TOLERANCE_RATIO = 0.05
"""Lifetimes that differ by less than this share of the longer one are the same."""
TOLERANCE_SECONDS = 60
"""So are those that differ by no more than this; an Expires date is worked out by the second."""
SESSION = "session"


def differences_of(older: LabelledCookie, newer: LabelledCookie) -> tuple[Difference, ...]:
    """What changed about a cookie that both scans have.

    What was seen in the same phase is compared; where it differs in several, the last phase is told. What
    one scan did not see of a cookie is no difference.
    """
    found: dict[Aspect, Difference] = {}
    for one, other in _to_compare(older, newer):
        for difference in _differences(one, other):
            found.setdefault(difference.aspect, difference)
    return tuple(found[aspect] for aspect in Aspect if aspect in found)


def _to_compare(
    older: LabelledCookie, newer: LabelledCookie
) -> Iterator[tuple[ObservedCookie, ObservedCookie]]:
    """The observations of the same phase in which both saw attributes; the best ones where there is none."""
    theirs = {seen.phase: seen for seen in newer.observations if _tells(seen)}
    shared = [seen for seen in older.observations if _tells(seen) and seen.phase in theirs]
    if not shared:
        yield older.latest, newer.latest
    for seen in reversed(shared):
        yield seen, theirs[seen.phase]


def _tells(seen: ObservedCookie) -> bool:
    return seen.origin is not CookieOrigin.REQUEST


def _differences(older: ObservedCookie, newer: ObservedCookie) -> Iterator[Difference]:
    if _lives_differently(older, newer):
        yield Difference(aspect=Aspect.LIFETIME, older=lifetime_of(older), newer=lifetime_of(newer))
    pairs: tuple[tuple[Aspect, Plain, Plain], ...] = (
        (Aspect.SECURE, older.secure, newer.secure),
        (Aspect.HTTP_ONLY, older.http_only, newer.http_only),
        (Aspect.SAME_SITE, older.same_site, newer.same_site),
        (Aspect.PARTITIONED, _partitioned(older), _partitioned(newer)),
        (Aspect.PATH, older.key.path, newer.key.path),
    )
    for aspect, was, now in pairs:
        if was is not None and now is not None and was != now:
            yield Difference(aspect=aspect, older=was, newer=now)
    knows_hosts = older.host_only is not None and newer.host_only is not None
    if older.key.domain != newer.key.domain or (knows_hosts and older.host_only != newer.host_only):
        yield Difference(aspect=Aspect.DOMAIN, older=older.shown_domain, newer=newer.shown_domain)


def lifetime_of(seen: ObservedCookie) -> int | str | None:
    """Seconds, `session`, or None where that was not seen."""
    return SESSION if seen.is_session else seen.lifetime_seconds


def _partitioned(seen: ObservedCookie) -> bool | None:
    return True if seen.key.partition else seen.partitioned


def _lives_differently(older: ObservedCookie, newer: ObservedCookie) -> bool:
    """Whether a cookie is known to have been given another life."""
    was, now = lifetime_of(older), lifetime_of(newer)
    if was is None or now is None or was == now:
        return False
    if isinstance(was, str) or isinstance(now, str):
        return True
    tolerated = max(TOLERANCE_SECONDS, TOLERANCE_RATIO * max(was, now))
    if abs(was - now) <= tolerated or _ends_at_the_same_moment(older, newer):
        return False
    # What is left in the browser's store is at most what the cookie was given: much of it tells, little
    # does not. Two stores are compared as they are.
    if older.origin is newer.origin or CookieOrigin.JAR not in (older.origin, newer.origin):
        return True
    return was > now if older.origin is CookieOrigin.JAR else now > was


def _ends_at_the_same_moment(older: ObservedCookie, newer: ObservedCookie) -> bool:
    """Whether the site names a day on which it ends, so that the rest of its life shrinks with every scan."""
    if older.expires_at is None or newer.expires_at is None:
        return False
    return abs((older.expires_at - newer.expires_at).total_seconds()) <= TOLERANCE_SECONDS
