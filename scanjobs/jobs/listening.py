"""The bell of a worker on PostgreSQL: a connection of its own on which the server tells of new jobs."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from typing import Any

from scanjobs.config import Settings
from scanjobs.db import connection
from scanjobs.jobs.statements_postgres import CHANNEL

PAUSE_SECONDS = 1.0
"""A lost connection is opened again at most so often; until then the worker looks once a second."""


class ListeningBell:
    """Wakes one worker by LISTEN; what NOTIFY says arrives with the commit it is about, or not at all."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._driver = connection.server(settings.database_url)
        self._raw: Any = None
        self._tried_at = float("-inf")
        # Something to wait for in silence, while there is no connection.
        self._silence, self._other_end = socket.socketpair()
        _ = self.socket

    @property
    def socket(self) -> Any:
        """What becomes readable when the bell rings; a lost connection is opened again here."""
        if self._raw is None and time.monotonic() - self._tried_at >= PAUSE_SECONDS:
            self._tried_at = time.monotonic()
            self._raw = self._driver.listen(self._settings, CHANNEL)
        return self._raw or self._silence

    def silence(self) -> None:
        """Forget every ring so far, or notice that the connection is lost."""
        if self._raw is not None and not self._driver.has_heard(self._raw):
            self._raw.close()
            self._raw = None

    def close(self, *, remove: bool = True) -> None:
        """Close it; a child after a fork closes its copy without a word to the server."""
        self._silence.close()
        self._other_end.close()
        if self._raw is None:
            return
        if remove:
            self._raw.close()
        else:
            with suppress(OSError):
                os.close(self._raw.fileno())
            _abandoned.append(self._raw)


_abandoned: list[Any] = []
"""What a child has inherited is kept and never used, since its end would be told to the server."""
