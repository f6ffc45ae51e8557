"""Reads the keys of a terminal one by one, hears of its signals, and gives it back as it was."""

from __future__ import annotations

import os
import select
import signal
import socket
import termios
import tty
from collections.abc import Iterator
from types import TracebackType
from typing import Any

RESIZED, SUSPENDED, ENDED = "resized", "suspended", "ended"
"""What else `wait` may answer beside keys."""

_SEQUENCES = {
    "[A": "up",
    "[B": "down",
    "[C": "right",
    "[D": "left",
    "OA": "up",
    "OB": "down",
    "OC": "right",
    "OD": "left",
    "[Z": "back-tab",
}
_NAMES = {"\t": "tab", "\r": "enter", "\n": "enter", "\x1b": "escape"}
_HEARD = {
    signal.SIGWINCH: RESIZED,
    signal.SIGCONT: RESIZED,  # whoever stopped it may have drawn over it
    signal.SIGTSTP: SUSPENDED,
    signal.SIGTERM: ENDED,
    signal.SIGHUP: ENDED,
    signal.SIGQUIT: ENDED,  # Ctrl-\
}


class Keys:
    """A terminal that tells each key at once and does not show it, as long as the block runs.

    Ctrl-C still interrupts. Signals wake `wait` instead of ending the process in the midst of something.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._handlers: dict[signal.Signals, Any] = {}
        self.ended_by: int | None = None
        """The signal that asked for the end, where one did."""

    def __enter__(self) -> Keys:
        self._usual = termios.tcgetattr(self._descriptor)
        self._alarm, self._sender = socket.socketpair()
        self._sender.setblocking(False)
        self._alarm.setblocking(False)
        self._wakeup = signal.set_wakeup_fd(self._sender.fileno(), warn_on_full_buffer=False)
        for number in _HEARD:
            self._handlers[number] = signal.signal(number, lambda *_: None)
        tty.setcbreak(self._descriptor)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._give_back()
        signal.set_wakeup_fd(self._wakeup)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._alarm.close()
        self._sender.close()

    def wait(self, seconds: float) -> list[str]:
        """The keys that are pressed within this time, and what else has happened; empty where nothing did."""
        alarm = self._alarm.fileno()
        ready, _, _ = select.select([self._descriptor, alarm], [], [], max(0.0, seconds))
        told: list[str] = []
        if alarm in ready:
            for number in self._alarm.recv(1024):
                happened = _HEARD.get(signal.Signals(number))
                if happened == ENDED:
                    self.ended_by = number
                if happened is not None:
                    told.append(happened)
        if self._descriptor in ready:
            typed = os.read(self._descriptor, 1024)
            told += keys_in(typed.decode(errors="replace")) if typed else [ENDED]
        return told

    def suspend(self) -> None:
        """Give the terminal back and stop, as Ctrl-Z does; goes on when somebody continues it."""
        self._give_back()
        ours = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, ours)
        tty.setcbreak(self._descriptor)

    def _give_back(self) -> None:
        termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._usual)


def keys_in(typed: str) -> Iterator[str]:
    """The names of the keys in what a terminal sends: a letter for itself, others in words."""
    place = 0
    while place < len(typed):
        if typed[place] == "\x1b" and typed[place + 1 : place + 2] in ("[", "O"):
            end = place + 2
            while end < len(typed) and not "@" <= typed[end] <= "~":
                end += 1
            # One that we do not know is no key at all, and not the letters it is made of.
            name = _SEQUENCES.get(typed[place + 1 : end + 1])
            if name is not None:
                yield name
            place = end + 1
        else:
            yield _NAMES.get(typed[place], typed[place])
            place += 1
