"""What time it is: passed in wherever time matters, so that months can be simulated."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Something that knows the time."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        ...

    def timestamp(self) -> float:
        """The present moment as seconds since 1970-01-01T00:00:00Z."""
        ...


class SystemClock:
    """The clock of this host."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)

    def timestamp(self) -> float:
        """The present moment as seconds since 1970-01-01T00:00:00Z."""
        return time.time()
