"""Who hears of what: whether a subscription wants an event, and whether it makes sense at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from scanjobs.domain.events import Event, EventType
from scanjobs.domain.findings import Severity
from scanjobs.domain.notifications import Subscription
from scanjobs.domain.zones import zone_named
from scanjobs.errors import UsageError
from scanjobs.notifications.timing import time_of_day
from scanjobs.sites import host_named, registrable_domain

USUAL_EVENTS = ("compliance.violation", "change.detected", "anomaly.detected", "*.failed", "worker.unhealthy")
"""What somebody hears of who does not say what: that something is wrong, or different."""

_NAME = re.compile(r"[\w][\w .@+-]{0,99}")
_GRAVITY = list(Severity)


def wants(subscription: Subscription, event: Event) -> bool:
    """Whether an event is told to a subscriber."""
    if not any(fnmatchcase(event.type, pattern) for pattern in subscription.events):
        return False
    if subscription.sites and event.site is not None and event.site not in subscription.sites:
        return False
    return event.severity is None or is_grave(event.severity, subscription.minimum_severity)


def is_grave(severity: Severity, least: Severity) -> bool:
    """Whether a severity is at or above another one."""
    return _GRAVITY.index(severity) <= _GRAVITY.index(least)


def checked(subscription: Subscription) -> Subscription:
    """A subscription with its words in their usual form.

    Raises:
        UsageError: it has no meaning.
    """
    if not _NAME.fullmatch(subscription.name):
        raise UsageError(
            f"A subscription cannot be called {subscription.name!r}.",
            hint="Use up to 100 letters, digits, spaces and . _ - @ +, and begin with a letter or digit.",
        )
    if not subscription.targets:
        raise UsageError(
            f"{subscription.name} has nowhere to be told.",
            hint="Add --email, --webhook, --slack or --file.",
        )
    zone_named(subscription.zone)
    at = time_of_day(subscription.digest_at)
    return replace(
        subscription,
        digest_at=f"{at:%H:%M}",
        events=tuple(map(_pattern, dict.fromkeys(subscription.events or USUAL_EVENTS))),
        sites=tuple(dict.fromkeys(map(_site, subscription.sites))),
        targets=tuple(dict.fromkeys(subscription.targets)),
    )


def types_of(patterns: Sequence[str]) -> list[EventType]:
    """The types of events that any of these patterns means."""
    return [one for one in EventType if any(fnmatchcase(one, pattern) for pattern in patterns)]


def _pattern(pattern: str) -> str:
    if not types_of([pattern]):
        raise UsageError(
            f"There are no events {pattern!r}.",
            hint=f"There are: {', '.join(EventType)}; `report.*` are all that begin so.",
        )
    return pattern


def _site(words: str) -> str:
    host = host_named(words)
    if host is None:
        raise UsageError(f"{words!r} names no site.", hint="Name its domain: --site example.org")
    return registrable_domain(host)
