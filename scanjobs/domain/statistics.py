"""How jobs went, as numbers that can be added up: counts, and durations by classes that grow like powers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

RELATIVE_ERROR = 0.05
"""What is read from classes of durations differs from the truth by no more than this part of it."""
SHORTEST_SECONDS = 0.001
"""Whatever takes no longer is in one class."""
HOUR = timedelta(hours=1)

_GROWTH = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
_LOGARITHM = math.log(_GROWTH)


@dataclass(frozen=True, slots=True)
class Durations:
    """Many durations as numbers by class, and their sum; those of several hours or tasks can be added.

    Class 0 holds what took a millisecond at most. Each further one reaches 10.5 % further than the one before
    and is read as the duration that differs by 5 % from both of its ends.
    """

    classes: Mapping[int, int] = field(default_factory=dict)
    seconds: float = 0.0
    """All of them together."""

    @property
    def count(self) -> int:
        """How many they are."""
        return sum(self.classes.values())

    def quantile(self, share: float) -> float | None:
        """The duration in seconds that this share of them did not exceed; None where there are none."""
        wanted = max(1, math.ceil(share * self.count))
        for number in sorted(self.classes):
            wanted -= self.classes[number]
            if wanted <= 0:
                return middle_of(number)
        return None

    def up_to(self, seconds: float) -> int:
        """How many took no longer, by the class they are in."""
        last = class_of(seconds)
        return sum(count for number, count in self.classes.items() if number <= last)


def class_of(seconds: float) -> int:
    """The class of a duration."""
    if seconds <= SHORTEST_SECONDS:
        return 0
    # Where a class ends exactly, the logarithm may come out a hair above its whole number.
    return max(1, math.ceil(math.log(seconds / SHORTEST_SECONDS) / _LOGARITHM - 1e-9))


def middle_of(number: int) -> float:
    """What the durations of a class are read as, in seconds."""
    if number == 0:
        return SHORTEST_SECONDS
    return SHORTEST_SECONDS * _GROWTH**number * (1 - RELATIVE_ERROR)


def durations_of(every: Iterable[float]) -> Durations:
    """Durations in seconds as numbers by class."""
    classes: dict[int, int] = {}
    total = 0.0
    for seconds in every:
        number = class_of(seconds)
        classes[number] = classes.get(number, 0) + 1
        total += max(seconds, 0.0)
    return Durations(classes, total)


def together(every: Iterable[Durations]) -> Durations:
    """Several of them as one."""
    classes: dict[int, int] = {}
    total = 0.0
    for one in every:
        total += one.seconds
        for number, count in one.classes.items():
            classes[number] = classes.get(number, 0) + count
    return Durations(classes, total)


@dataclass(frozen=True, kw_only=True, slots=True)
class JobCounts:
    """How jobs went that have ended."""

    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    retries: int = 0
    """Attempts beyond the first one."""
    waiting: Durations = field(default_factory=Durations)
    """From when they could have begun until they did, of those that succeeded or failed."""
    running: Durations = field(default_factory=Durations)
    """How long their last attempt took, of the same."""

    @property
    def ended(self) -> int:
        """How many ended."""
        return self.succeeded + self.failed + self.cancelled

    @property
    def failure_rate(self) -> float | None:
        """Failures among those that were not cancelled, from 0 to 1; None where there are none."""
        tried = self.succeeded + self.failed
        return self.failed / tried if tried else None


def summed(every: Iterable[JobCounts]) -> JobCounts:
    """Several counts as one."""
    all_of_them = list(every)
    return JobCounts(
        succeeded=sum(one.succeeded for one in all_of_them),
        failed=sum(one.failed for one in all_of_them),
        cancelled=sum(one.cancelled for one in all_of_them),
        retries=sum(one.retries for one in all_of_them),
        waiting=together(one.waiting for one in all_of_them),
        running=together(one.running for one in all_of_them),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class JobHour:
    """How the jobs of one task in one queue went that ended within an hour."""

    hour: datetime
    """When it began, in UTC."""
    queue: str
    task: str
    counts: JobCounts


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryHour:
    """How the deliveries over one channel went that ended within an hour."""

    hour: datetime
    channel: str
    delivered: int
    failed: int
    retries: int


def hour_of(moment: datetime) -> datetime:
    """When the hour of a moment began."""
    return moment.replace(minute=0, second=0, microsecond=0)
