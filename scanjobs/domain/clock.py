"""What time it is: passed in wherever time matters, so that months can be simulated."""

from __future__ import annotations

import errno
import mmap
import struct
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from scanjobs.errors import StorageError


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


class ServerClock:
    """The clock of a database server, so that hosts agree whose own clocks are wrong.

    It is asked now and then, and in between the time since is counted, by a clock of this host that nobody
    sets and that does not stop while the host sleeps.
    """

    ASK_AGAIN_SECONDS = 600.0
    """Uncorrected clocks lose some 50 ms in that time."""
    _TICKS = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

    def __init__(self, url: str) -> None:
        self._url = url
        self._seconds, self._heard_at = 0.0, float("-inf")

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.fromtimestamp(self.timestamp(), UTC)

    def timestamp(self) -> float:
        """The present moment as seconds since 1970-01-01T00:00:00Z.

        Raises:
            StorageError: the server was never asked, and cannot be.
        """
        since = time.clock_gettime(self._TICKS) - self._heard_at
        if since > self.ASK_AGAIN_SECONDS:
            if _ask_server is None:  # who has not loaded the database does nothing that its time matters to
                return time.time()
            self._ask_again(_ask_server)
            since = time.clock_gettime(self._TICKS) - self._heard_at
        return self._seconds + since

    def hear(self, seconds: float) -> None:
        """The server has just said what time it is."""
        self._seconds, self._heard_at = seconds, time.clock_gettime(self._TICKS)

    def _ask_again(self, ask: Callable[[str], float]) -> None:
        try:
            self.hear(ask(self._url))
        except StorageError:
            if self._seconds == 0.0:
                raise
            passed = time.clock_gettime(self._TICKS) - self._heard_at
            self.hear(self._seconds + passed)  # it is away for a while: what was heard last is good enough


_ask_server: Callable[[str], float] | None = None


def ask_servers_by(ask: Callable[[str], float]) -> None:
    """Say how the server of a URL is asked for its time; the database knows, and the domain does not."""
    global _ask_server
    _ask_server = ask


@lru_cache
def server_clock(url: str) -> ServerClock:
    """The clock of the server that this URL names."""
    return ServerClock(url)


_NO_CLOCK = "it is no clock file"


class SharedClock:
    """Another clock, moved by what a file says, so that all who open it agree on the time.

    A rehearsal of months needs it: it is moved in one process, and workers, schedules and commands follow.
    """

    _SHIFT = struct.Struct("<d")

    def __init__(self, path: Path, base: Clock | None = None) -> None:
        """Open the file, or make it, not moved yet.

        Raises:
            OSError: it can be neither read nor made, or is no such file.
        """
        self._base = base or SystemClock()
        with path.open("a+b") as file:
            if file.tell() not in (0, self._SHIFT.size):
                raise OSError(errno.EINVAL, _NO_CLOCK)
            file.truncate(self._SHIFT.size)
            self._shift = mmap.mmap(file.fileno(), self._SHIFT.size)
        try:
            self.now()
        except (ValueError, OverflowError) as error:
            raise OSError(errno.EINVAL, _NO_CLOCK) from error

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.fromtimestamp(self.timestamp(), UTC)

    def timestamp(self) -> float:
        """The present moment as seconds since 1970-01-01T00:00:00Z."""
        shift: float = self._SHIFT.unpack_from(self._shift)[0]
        return self._base.timestamp() + shift

    def forward(self, seconds: float) -> None:
        """Move it for everybody; backward where the seconds are negative."""
        self._SHIFT.pack_into(self._shift, 0, self._SHIFT.unpack_from(self._shift)[0] + seconds)


@lru_cache
def clock_of(path: Path | None, server: str | None = None) -> Clock:
    """The clock of this host, or of the server of that URL; moved by a file where one is named."""
    base = SystemClock() if server is None else server_clock(server)
    return base if path is None else SharedClock(path, base)
