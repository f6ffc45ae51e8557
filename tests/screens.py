"""A terminal for tests: a real pseudo-terminal with a program in it, and what its screen shows."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import termios
import time
from collections.abc import Callable, Sequence

import pyte
import pytest


class Terminal:
    """A program in a terminal of its own."""

    def __init__(self, command: Sequence[str], *, columns: int = 80, lines: int = 24, **environment: str):
        self.told = b""
        self.exit: int | None = None
        """How it ended, once it has: its exit code, or the negative number of a signal."""
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        kept = {
            name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")
        }
        self._master, slave = pty.openpty()
        self._slave = slave  # held open, so that it can be asked after the program has ended
        self._resize(columns, lines)
        self.usual = termios.tcgetattr(slave)
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.login_tty(slave)  # type: ignore[attr-defined]
            except AttributeError:
                os.setsid()
                fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
                for descriptor in (0, 1, 2):
                    os.dup2(slave, descriptor)
            os.execvpe(command[0], list(command), kept | {"TERM": "xterm-256color"} | environment)

    def press(self, keys: str) -> None:
        """As somebody types."""
        os.write(self._master, keys.encode())

    def resize(self, columns: int, lines: int) -> None:
        """As somebody pulls at the window."""
        self._screen.resize(lines, columns)
        self._resize(columns, lines)

    def _resize(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    @property
    def lines(self) -> list[str]:
        """What the screen shows now."""
        self._read()
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.lines)

    @property
    def reversed_lines(self) -> list[str]:
        """The lines that are shown reversed as a whole."""
        self._read()
        rows = [self._screen.buffer[number] for number in range(self._screen.lines)]
        return [
            self._screen.display[number].rstrip()
            for number, row in enumerate(rows)
            if all(row[column].reverse for column in range(self._screen.columns))
        ]

    def wait_for(self, holds: Callable[[], object], what: str, seconds: float = 30) -> None:
        """Read what it draws until something holds; fails with the screen where it never does."""
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                pytest.fail(f"within {seconds:g} seconds: {what}; the screen:\n{self.text}")
            self._read(0.05)

    def show(self, words: str) -> None:
        """Wait until the screen shows this."""
        self.wait_for(lambda: words in self.text, f"it shows {words!r}")

    def end(self, seconds: float = 30) -> int:
        """Wait until the program has ended; answers how."""
        self.wait_for(self._has_ended, "it has ended", seconds)
        assert self.exit is not None
        return self.exit

    def mode(self) -> list[object]:
        """How the terminal is set now."""
        return termios.tcgetattr(self._slave)

    def close(self) -> None:
        if not self._has_ended():
            os.kill(self.pid, 9)
            os.waitpid(self.pid, 0)
        os.close(self._master)
        os.close(self._slave)

    def _has_ended(self) -> bool:
        if self.exit is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.exit = os.waitstatus_to_exitcode(status)
                self._read()
        return self.exit is not None

    def _read(self, seconds: float = 0.0) -> None:
        while select.select([self._master], [], [], seconds)[0]:
            told = os.read(self._master, 65_536)
            self.told += told
            self._stream.feed(told)
            seconds = 0.0
