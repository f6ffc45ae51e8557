"""Limits: when a hard limit ends a job that hangs, and what that has started, and what runs next."""

from __future__ import annotations

import os
import signal
import statistics
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from contestants import Options, System, contest, in_turn, local_systems
from peers import hold, trace
from peers.processes import Group, ask, has_ended, running
from tables import show

PATIENCE_SECONDS = 6.0
"""How long after the limit something is waited for: Celery looks after its pool every five seconds."""
ALLOWED_SECONDS = 1.0
PAUSE_SECONDS = 0.002
CASES = {
    "sleep": "`time.sleep`",
    "regex": "a catastrophic regular expression",
    "deaf": "`time.sleep` with all signals blocked",
}


@dataclass
class After:
    """Seconds from the limit to what follows from it; None for what did not follow in time."""

    process_ended: float | None = None
    grandchild_ended: float | None = None
    next_began: float | None = None
    """The job behind it, which only another process or the same one set free can begin."""

    @property
    def is_complete(self) -> bool:
        return None not in (self.process_ended, self.grandchild_ended, self.next_began)


def run(options: Options, peers: Sequence[System]) -> None:
    """Everybody who has a limit by turns, each with one process that works."""
    systems = [one for one in (*local_systems(), *peers) if one.limit and not one.is_variant]
    found: dict[tuple[str, str], list[After]] = {}
    for how in CASES:
        for number in range(options.runs):
            for system in in_turn(systems, number):
                with (
                    contest(options, system) as (folder, surroundings),
                    running(system.worker(1), surroundings, folder / "log") as group,
                ):
                    ask(system.submit("mark", 2), surroundings)  # it is ready and warm
                    ask(system.submit("hold", how), surroundings)
                    found.setdefault((system.name, how), []).append(_watch(folder, group))

    show(
        f"A job with a hard limit of {hold.LIMIT_SECONDS:g} s hangs, and has started a process: seconds "
        f"after its limit, median and longest of {options.runs}",
        ["", "its limit", "the job is in", "process ended", "next job began", "its own process ended"],
        [
            [
                system.name,
                system.limit or "",
                CASES[how],
                _told([one.process_ended for one in found[system.name, how]]),
                _told([one.next_began for one in found[system.name, how]]),
                _told([one.grandchild_ended for one in found[system.name, how]]),
            ]
            for system in systems
            for how in CASES
        ],
    )
    ours = [one for (name, _), many in found.items() if name == systems[0].name for one in many]
    print(
        f"\nOf {len(ours)} jobs of scanjobs {sum(map(_is_as_promised, ours))} were ended with their "
        f"processes within {ALLOWED_SECONDS:g} s of their limit, and their child was replaced."
    )


def _watch(folder: Path, group: Group) -> After:
    """Look every two milliseconds until all has happened or nothing more is expected."""
    known = trace.count_marks(folder)
    latest = time.monotonic() + hold.LIMIT_SECONDS + PATIENCE_SECONDS
    after, held = After(), None
    try:
        while not after.is_complete and time.monotonic() < latest:
            group.check()
            held = held or trace.held(folder)
            if held is not None:
                limit_at = held.begun_at + hold.LIMIT_SECONDS
                latest = limit_at + PATIENCE_SECONDS
                now = time.monotonic()
                if after.process_ended is None and has_ended(held.pid):
                    after.process_ended = now - limit_at
                if after.grandchild_ended is None and has_ended(held.grandchild):
                    after.grandchild_ended = now - limit_at
                if after.next_began is None and trace.count_marks(folder) > known:
                    after.next_began = trace.marks(folder)[-1].begun_at - limit_at
            time.sleep(PAUSE_SECONDS)
    finally:
        for pid in (held.pid, held.grandchild) if held else ():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)  # one that was not ended may be in a session of its own
    if held is None:
        raise RuntimeError("the job that is to be ended did not begin")
    return after


def _is_as_promised(after: After) -> bool:
    return all(
        seconds is not None and seconds <= ALLOWED_SECONDS
        for seconds in (after.process_ended, after.next_began, after.grandchild_ended)
    )


def _told(seconds: Sequence[float | None]) -> str:
    happened = [one for one in seconds if one is not None]
    if len(happened) < len(seconds):
        often = f" ({len(seconds) - len(happened)} of {len(seconds)})" if happened else ""
        return f"not within {PATIENCE_SECONDS:g} s{often}"
    return f"{statistics.median(happened):.2f}, {max(happened):.2f}"
