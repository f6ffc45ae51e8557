"""What time it is: passed in wherever time matters, so that months can be simulated."""

from __future__ import annotations

import mmap
import struct
import time
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
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


class SharedClock:
    """The clock of this host, moved by what a file says, so that all who open it agree on the time.

    A rehearsal of months needs it: it is moved in one process, and workers, schedules and commands follow.
    """

    _SHIFT = struct.Struct("<d")

    def __init__(self, path: Path) -> None:
        """Open the file, or make it, not moved yet.

        Raises:
            OSError: it can be neither read nor made.
        """
        with path.open("a+b") as file:
            if file.tell() < self._SHIFT.size:
                file.truncate(self._SHIFT.size)
            self._shift = mmap.mmap(file.fileno(), self._SHIFT.size)

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.fromtimestamp(self.timestamp(), UTC)

    def timestamp(self) -> float:
        """The present moment as seconds since 1970-01-01T00:00:00Z."""
        shift: float = self._SHIFT.unpack_from(self._shift)[0]
        return time.time() + shift

    def forward(self, seconds: float) -> None:
        """Move it for everybody; backward where the seconds are negative."""
        self._SHIFT.pack_into(self._shift, 0, self._SHIFT.unpack_from(self._shift)[0] + seconds)


@lru_cache
def clock_of(path: Path | None) -> Clock:
    """The clock of this host, or the one that is shared through a file."""
    return SystemClock() if path is None else SharedClock(path)
