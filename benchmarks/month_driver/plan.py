"""What will happen in the month, decided by the seed before it begins."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

BEGINNING = datetime(2026, 3, 1, tzinfo=UTC)
"""The month holds the nights in which America and Europe move their clocks."""

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Tokyo",
    "UTC",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
)
CHANNELS = ("webhook", "email", "webhook", "email", "webhook", "file", "email")
QUIET = (None, "22:00-07:00", "18:30-08:15", "12:00-13:00", None)
DIGESTS = ("none", "none", "hourly", "none", "daily")
EVENTS = (
    ("*",),
    ("compliance.violation", "change.detected"),
    ("report.*",),
    ("*.imported", "anomaly.detected"),
    ("change.detected", "schedule.*", "worker.unhealthy"),
)
SEVERITIES = ("info", "high", "medium", "critical")


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """Somebody who wants to be told."""

    name: str
    channel: str
    events: tuple[str, ...]
    sites: tuple[str, ...]
    severity: str
    zone: str
    quiet: str | None
    digest: str


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One scan of a site, with the cookies it finds."""

    at: datetime
    site: str
    cookies: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The whole month."""

    seed: int
    days: int
    kill_share: float
    sites: tuple[str, ...]
    subscribers: tuple[Subscriber, ...]
    visits: tuple[Visit, ...]

    @property
    def end(self) -> datetime:
        """When nothing more happens, and only what is held or gathered goes out."""
        return BEGINNING + timedelta(days=self.days)


def plan_of(*, seed: int, days: int, sites: int, subscribers: int, kill_share: float) -> Plan:
    """The month of a seed."""
    chance = random.Random(seed)
    names = tuple(f"shop{number}.example" for number in range(sites))
    return Plan(
        seed=seed,
        days=days,
        kill_share=kill_share,
        sites=names,
        subscribers=tuple(_subscriber(number, names, chance) for number in range(subscribers)),
        visits=tuple(sorted(_visits(names, days, chance), key=lambda visit: visit.at)),
    )


def _subscriber(number: int, sites: tuple[str, ...], chance: random.Random) -> Subscriber:
    few = tuple(chance.sample(sites, max(1, len(sites) // 4)))
    return Subscriber(
        name=f"subscriber{number}",
        channel=CHANNELS[number % len(CHANNELS)],
        events=EVENTS[number % len(EVENTS)],
        sites=few if number % 3 == 2 else (),
        severity=SEVERITIES[number % len(SEVERITIES)],
        zone=ZONES[number % len(ZONES)],
        quiet=QUIET[number // 2 % len(QUIET)],
        digest=DIGESTS[number // 3 % len(DIGESTS)],
    )


def _visits(sites: tuple[str, ...], days: int, chance: random.Random) -> list[Visit]:
    visits = []
    for site in sites:
        cookies = [f"cookie{number}" for number in range(chance.randint(2, 8))]
        at = BEGINNING + timedelta(days=chance.uniform(0, min(7, days)))
        while at < BEGINNING + timedelta(days=days):
            visits.append(Visit(at=at, site=site, cookies=tuple(cookies)))
            at += timedelta(days=chance.uniform(5, 9) if days > 7 else chance.uniform(0.5, 1.5))
            for _ in range(chance.choice((0, 0, 1, 2, 20))):
                cookies.append(f"cookie{len(cookies)}")
    return visits
