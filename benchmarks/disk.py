"""Says what a synced write costs where the databases of a measurement lie."""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path

from peers.processes import fresh_folder

WRITES = 200
PAGE = bytes(4096)
_NEVER_SYNCED = {"tmpfs", "ramfs"}


def described() -> str:
    """The kind of file system and the time of a synced page, with a warning where nothing is synced."""
    with fresh_folder() as folder:
        kind = _kind(folder)
        seconds = _synced_write(folder)
    told = f"temporary files on {kind}, {1e6 * seconds:,.0f} µs for a synced page"
    if kind in _NEVER_SYNCED:
        told += "; it is memory, so nothing here is durable: set TMPDIR to a folder on a disk"
    return told


def _synced_write(folder: Path) -> float:
    spent = []
    with (folder / "page").open("wb", buffering=0) as file:
        for _ in range(WRITES):
            started = time.perf_counter()
            file.write(PAGE)
            os.fdatasync(file.fileno())
            spent.append(time.perf_counter() - started)
    return statistics.median(spent)


def _kind(folder: Path) -> str:
    found = {}
    for line in Path("/proc/mounts").read_text().splitlines():
        _, place, kind, *_ = line.split()
        if folder.is_relative_to(place):
            found[len(place)] = kind  # the longest is the nearest, and of equals the last
    return found[max(found)] if found else "an unknown file system"
