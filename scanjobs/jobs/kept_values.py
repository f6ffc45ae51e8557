"""What Huey keeps beside its queue, by key: locks, counters, and the outcomes of jobs by their ids."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from huey.constants import EmptyData
from huey.storage import BaseStorage

from scanjobs.config import Settings, current
from scanjobs.db import driver
from scanjobs.domain.clock import Clock
from scanjobs.domain.jobs import JobState
from scanjobs.jobs import codec, kept_statements, locks

_COUNTER = "counter:"
"""Counters are values whose keys begin so."""


class KeptValues(BaseStorage):  # type: ignore[misc]  # Huey has no types
    """The part of Huey's storage that is not a queue. It connects at the first use."""

    def __init__(
        self,
        name: str = "scanjobs",
        *,
        settings: Callable[[], Settings] = current,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(name)
        self._settings = settings
        self._given_clock = clock
        self._known: tuple[Settings, Clock] | None = None
        """The clock of the last settings, since each submit asks for it."""

    @property
    def settings(self) -> Settings:
        """The settings of this process."""
        return self._settings()

    @property
    def clock(self) -> Clock:
        """What time it is."""
        return self.clock_of(self._settings())

    def clock_of(self, settings: Settings) -> Clock:
        """What time it is where these settings hold, unless a clock was given."""
        if self._given_clock is not None:
            return self._given_clock
        if self._known is None or self._known[0] is not settings:
            self._known = (settings, settings.clock)
        return self._known[1]

    @driver.retried
    def put_data(self, key: str, value: bytes, is_result: bool = False) -> None:
        """Keep a value under a key."""
        with driver.write(self.settings) as connection:
            connection.execute(kept_statements.PUT_VALUE, {"key": _text(key), "value": value})

    def peek_data(self, key: str) -> Any:
        """The value of a key, left where it is; the id of a finished job is the key of its outcome."""
        value = self._value(key)
        return self._outcome(key) if value is None else value

    @driver.retried
    def pop_data(self, key: str) -> Any:
        """The value of a key, taken away; an outcome is only read, it expires by itself.

        No lock is taken where there is nothing to take away.
        """
        if self._value(key) is None:
            return self._outcome(key)
        with driver.write(self.settings) as connection:
            row = connection.execute(kept_statements.POP_VALUE, {"key": _text(key)}).fetchone()
        return EmptyData if row is None else row[0]

    @driver.retried
    def delete_data(self, key: str) -> bool:
        """Delete the value of a key, or forget what a job returned; its row stays."""
        if not self.has_data_for_key(key):
            return False
        with driver.write(self.settings) as connection:
            if connection.execute(kept_statements.POP_VALUE, {"key": _text(key)}).fetchone() is not None:
                return True
            return connection.execute(kept_statements.DROP_RESULT, {"job_id": _text(key)}).rowcount == 1

    def has_data_for_key(self, key: str) -> bool:
        """Whether a key has a value, or is the id of a finished job."""
        return self.peek_data(key) is not EmptyData

    @driver.retried
    def put_if_empty(self, key: str, value: bytes, ttl: int | None = None) -> bool:
        """Keep a value unless the key has one; the lock of a dead job counts as none."""
        if ttl is not None:  # values here do not expire, which is Huey's to refuse
            return bool(super().put_if_empty(key, value, ttl))
        with driver.write(self.settings) as connection:
            driver.hold(connection, _text(key))
            if self._value(key) is not None:
                return False
            connection.execute(kept_statements.PUT_VALUE, {"key": _text(key), "value": value})
        return True

    def result_store_size(self) -> int:
        """How many values and returned results are kept."""
        with driver.read(self.settings) as connection:
            return int(connection.execute(kept_statements.COUNT_VALUES, {"counter": _COUNTER}).fetchone()[0])

    def result_items(self) -> dict[str, bytes]:
        """Every value by its key and every returned result by the id of its job."""
        with driver.read(self.settings) as connection:
            return dict(connection.execute(kept_statements.SELECT_VALUES, {"counter": _COUNTER}).fetchall())

    @driver.retried
    def flush_results(self) -> None:
        """Delete every value and forget every returned result; what became of each job stays on its row."""
        with driver.write(self.settings) as connection:
            connection.execute(kept_statements.DELETE_VALUES, {"counter": _COUNTER})
            connection.execute(kept_statements.DROP_RESULTS)

    @driver.retried
    def incr(self, key: str, amount: int = 1) -> int:
        """Add to a counter, which begins at 0; answers what it is then."""
        name = _COUNTER + _text(key)
        with driver.write(self.settings) as connection:
            driver.hold(connection, name)
            row = connection.execute(kept_statements.GET_VALUE, {"key": name}).fetchone()
            count = amount + (0 if row is None else int(row[0]))
            connection.execute(kept_statements.PUT_VALUE, {"key": name, "value": b"%d" % count})
        return count

    @driver.retried
    def delete_counter(self, key: str) -> None:
        """Let a counter begin at 0 again."""
        with driver.write(self.settings) as connection:
            connection.execute(kept_statements.POP_VALUE, {"key": _COUNTER + _text(key)})

    @driver.retried
    def flush_counters(self) -> None:
        """Let every counter begin at 0 again."""
        with driver.write(self.settings) as connection:
            connection.execute(kept_statements.DELETE_COUNTERS, {"counter": _COUNTER})

    def _value(self, key: str) -> bytes | None:
        with driver.read(self.settings) as connection:
            row = connection.execute(kept_statements.GET_VALUE, {"key": _text(key)}).fetchone()
            return None if row is None or locks.is_forsaken(connection, row[0]) else row[0]

    def _outcome(self, key: str) -> Any:
        with driver.read(self.settings) as connection:
            row = connection.execute(kept_statements.SELECT_OUTCOME, {"job_id": _text(key)}).fetchone()
        return EmptyData if row is None else _as_huey_keeps_it(*row)


def _as_huey_keeps_it(job_id: str, state: str, result: str | None, error: str, traceback: str) -> bytes:
    """An outcome as Huey's results are: a value, or an error that `Result.get` raises."""
    if state == JobState.SUCCEEDED:
        return (result or "null").encode()
    return codec.to_json(codec.failed(job_id, error, traceback)).encode()


def _text(key: str | bytes) -> str:
    return key.decode() if isinstance(key, bytes) else str(key)
