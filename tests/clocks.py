"""Clocks for tests."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.factories import NOON


class FakeClock:
    """Stands still until moved."""

    def __init__(self) -> None:
        self.seconds = NOON.timestamp()

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def timestamp(self) -> float:
        return self.seconds

    def forward(self, seconds: float) -> None:
        self.seconds += seconds


class At:
    """A clock that stands."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def timestamp(self) -> float:
        return self.moment.timestamp()
