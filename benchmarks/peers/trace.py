"""What a job leaves behind so that it can be measured from outside, the same for every system.

All moments are of the monotonic clock, which on Linux is one for all processes and is never set.
"""

from __future__ import annotations

import mmap
import os
import struct
import threading
import time
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(os.environ.get("BENCH_FOLDER", "."))
CAPACITY = 1 << 20
"""How many jobs one process can count; the file has holes where there were fewer."""
_COUNT = struct.Struct("q")
_MOMENT = struct.Struct("d")
_MARK = struct.Struct("dd")
_HELD = struct.Struct("qqd")
_lock = threading.Lock()
_mine: tuple[int, mmap.mmap] | None = None


class Tally(NamedTuple):
    """When each job began, whoever did it."""

    moments: list[float]

    @property
    def count(self) -> int:
        return len(self.moments)

    def per_second(self, warm_up: int = 0) -> float:
        """The rate from this job on to the last, in the order in which they began."""
        counted = self.moments[warm_up:]
        if len(counted) < 2 or counted[-1] <= counted[0]:
            return 0.0
        return (len(counted) - 1) / (counted[-1] - counted[0])


class Mark(NamedTuple):
    """When a job was sent and when it has begun."""

    sent_at: float
    begun_at: float


class Held(NamedTuple):
    """A job that does not end by itself."""

    pid: int
    grandchild: int
    """The process that it has started."""
    begun_at: float


def tally() -> None:
    """Count one job: a few bytes of memory that this process shares with a file, no system call."""
    global _mine
    now = time.monotonic()
    with _lock:
        if _mine is None or _mine[0] != os.getpid():
            _mine = (os.getpid(), _fresh())
        (count,) = _COUNT.unpack_from(_mine[1])
        _MOMENT.pack_into(_mine[1], _COUNT.size + count * _MOMENT.size, now)
        _COUNT.pack_into(_mine[1], 0, count + 1)


def counted(folder: Path) -> int:
    """How many jobs have begun: whoever only waits for the last one reads no more than that."""
    total = 0
    for path in folder.glob("tally.*"):
        with path.open("rb", buffering=0) as file:
            total += _COUNT.unpack(file.read(_COUNT.size))[0]
    return total


def tallied(folder: Path) -> Tally:
    """Everything that every process has counted."""
    moments: list[float] = []
    for path in folder.glob("tally.*"):
        with path.open("rb") as file:
            (count,) = _COUNT.unpack(file.read(_COUNT.size))
            moments += (moment for (moment,) in _MOMENT.iter_unpack(file.read(count * _MOMENT.size)))
    return Tally(sorted(moments))


def mark(sent_at: float) -> None:
    """Note that a job which was sent then begins now."""
    _append("marks", _MARK.pack(sent_at, time.monotonic()))


def marks(folder: Path) -> list[Mark]:
    """Every job that was noted, in the order in which they began."""
    path = folder / "marks"
    return [Mark(*found) for found in _MARK.iter_unpack(path.read_bytes())] if path.exists() else []


def count_marks(folder: Path) -> int:
    """How many these are."""
    path = folder / "marks"
    return path.stat().st_size // _MARK.size if path.exists() else 0


def waits(folder: Path) -> list[float]:
    """From sent to begun, in seconds, each job in its turn."""
    return [mark.begun_at - mark.sent_at for mark in marks(folder)]


def note_held(grandchild: int, begun_at: float) -> None:
    """Note which processes a job that hangs consists of."""
    _append("held", _HELD.pack(os.getpid(), grandchild, begun_at))


def held(folder: Path) -> Held | None:
    """The first job that hangs, once it has begun."""
    path = folder / "held"
    data = path.read_bytes()[: _HELD.size] if path.exists() else b""
    return Held(*_HELD.unpack(data)) if len(data) == _HELD.size else None


def _append(name: str, data: bytes) -> None:
    descriptor = os.open(FOLDER / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, data)
    os.close(descriptor)


def _fresh() -> mmap.mmap:
    size = _COUNT.size + CAPACITY * _MOMENT.size
    unfinished = FOLDER / f".tally.{os.getpid()}"
    with unfinished.open("w+b") as file:
        file.truncate(size)
        mapped = mmap.mmap(file.fileno(), size)
    unfinished.rename(FOLDER / f"tally.{os.getpid()}")  # whoever reads it finds all of it
    return mapped
