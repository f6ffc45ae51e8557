"""Watches the queue: on a screen that answers to keys, or as lines of JSON for programs."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from rich.console import Console
from rich.live import Live

from scanjobs import console
from scanjobs.commands import live_view
from scanjobs.commands.keys import ENDED, SUSPENDED, Keys
from scanjobs.commands.live_state import Pane, View
from scanjobs.config import Settings
from scanjobs.domain.ids import short
from scanjobs.domain.jobs import JobRecord
from scanjobs.errors import ScanjobsError, StorageError, UsageError
from scanjobs.jobs import control, monitor

STEPS = {"up": -1, "k": -1, "down": 1, "j": 1}


def print_lines(settings: Settings, seconds: float) -> None:
    """The status as one line of JSON after another, until somebody has had enough."""
    while True:
        try:
            console.show_json_line(monitor.status(settings))
        except StorageError as error:
            # The clock may be the one of the server that is away.
            console.show_json_line({"at": datetime.now(UTC), "error": error.message})
        time.sleep(seconds)


def watch(settings: Settings, seconds: float) -> None:
    """The live view, until a key or a signal ends it.

    Raises:
        UsageError: there is no terminal to draw on, or to read keys from.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM") in ("dumb", "unknown"):
        raise UsageError(
            "The live view needs a terminal.",
            hint="`scanjobs status` prints once, `scanjobs status --watch --json` a line at each look.",
        )
    with Keys(sys.stdin.fileno()) as keys:
        _Watch(settings, seconds, keys).run()
    if keys.ended_by is not None:
        # The terminal is as it was; end as whoever sent it expects.
        signal.signal(keys.ended_by, signal.SIG_DFL)
        os.kill(os.getpid(), keys.ended_by)


class _Watch:
    """Looks now and then, draws, and does what keys ask for."""

    def __init__(self, settings: Settings, seconds: float, keys: Keys) -> None:
        self._settings, self._seconds, self._keys = settings, seconds, keys
        self._console = Console(highlight=False, markup=False)
        self._view = View()
        self._looks_at = time.monotonic()

    def run(self) -> None:
        with Live(
            console=self._console,
            screen=True,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
            vertical_overflow="crop",
        ) as live:
            while True:
                self._draw(live)
                if time.monotonic() >= self._looks_at:
                    self._look()
                    self._draw(live)
                for key in self._keys.wait(self._looks_at - time.monotonic()):
                    if key in ("q", "Q", ENDED):
                        return
                    if key == SUSPENDED:
                        live.stop()
                        self._keys.suspend()
                        live.start()
                    else:
                        self._press(key)

    def _draw(self, live: Live) -> None:
        # Not by COLUMNS and LINES, which do not follow when a window is resized.
        size = os.get_terminal_size(sys.stdout.fileno())
        width, height = max(1, size.columns), max(1, size.lines)
        self._console.size = (width, height)
        live.update(live_view.draw(self._view, width, height), refresh=True)

    def _look(self) -> None:
        try:
            self._view = self._view.seen(monitor.status(self._settings))
        except ScanjobsError as error:
            self._view = replace(self._view, trouble=f"Trying again: {error.message}")
        self._looks_at = time.monotonic() + self._seconds

    def _press(self, key: str) -> None:
        view = replace(self._view, note=None)
        if view.asks_about is not None:
            job, self._view = view.asks_about, replace(view, asks_about=None)
            if key in ("y", "Y"):
                self._do(lambda: self._cancel(job))
        elif key in STEPS:
            self._view = view.moved(STEPS[key])
        elif key in ("tab", "back-tab", "left", "right"):
            self._view = view.turned()
        elif key == "p" and view.chosen_queue is not None:
            self._do(self._pause)
        elif key == "c" and view.chosen_job is not None:
            self._view = replace(view, pane=Pane.JOBS, asks_about=view.chosen_job)
        elif key == "c":
            self._view = replace(view, note="There is no job to cancel.")
        else:
            self._view = view

    def _do(self, action: Callable[[], str]) -> None:
        """Change something, tell what came of it, and look at once."""
        try:
            note = action()
        except ScanjobsError as error:
            note = error.message
        self._look()
        self._view = replace(self._view, note=note)

    def _pause(self) -> str:
        queue = self._view.chosen_queue
        assert queue is not None  # the key was not heard otherwise
        if queue.is_paused:
            control.resume(self._settings, queue.name)
            return f"{queue.name} goes on."
        control.pause(self._settings, queue.name)
        return f"{queue.name} is paused: running jobs finish, no more begin. p lets it go on."

    def _cancel(self, asked: JobRecord) -> str:
        job = monitor.job(self._settings, asked.id)
        if control.cancel(self._settings, job, terminate=asked.cancel is not None):
            return f"{short(job.id)} is cancelled."
        return f"{short(job.id)} runs and was {'told' if asked.cancel else 'asked'} to end."
