"""Looks at the reports while the chaos goes on: what stands under its name is whole at every moment.

At the end it would be too late: an attempt that is killed while it writes is made again, and that mends it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.chaos_driver.report_checks import is_whole
from benchmarks.chaos_driver.violations import Violation

PAUSE_SECONDS = 0.2


class ReportWatch:
    """Reads every report that is new or has changed since it was last seen."""

    def __init__(self, folder: Path) -> None:
        """Nothing seen yet."""
        self._folder = folder
        self._seen: dict[Path, tuple[int, int, int]] = {}
        self._looked_at = float("-inf")
        self.violations: list[Violation] = []

    def step(self, now: float) -> None:
        """Look, if it is time."""
        if now - self._looked_at >= PAUSE_SECONDS:
            self.look()
            self._looked_at = time.monotonic()

    def look(self) -> None:
        """Note each report that is in pieces now."""
        for path, state in self._changed():
            self._seen[path] = state
            content = path.read_bytes()
            if not is_whole(path.suffix.removeprefix("."), content):
                told = f"the report {path} was in pieces for a while: {len(content)} bytes of it"
                self.violations.append(Violation(told))

    def _changed(self) -> Iterator[tuple[Path, tuple[int, int, int]]]:
        for path in self._folder.rglob("*"):
            if path.is_file() and not path.name.startswith("."):  # the name of one that is being written
                found = path.stat()
                state = (found.st_ino, found.st_size, found.st_mtime_ns)
                if self._seen.get(path) != state:
                    yield path, state
