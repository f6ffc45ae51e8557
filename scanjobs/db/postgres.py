"""Speaks with PostgreSQL: a connection that behaves like sqlite3's, takes our statements, and comes back."""

from __future__ import annotations

import json
import random
import select
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import conninfo, sql
from psycopg.pq import TransactionStatus
from psycopg.types.string import StrDumperUnknown, TextLoader

from scanjobs.config import Settings
from scanjobs.db.dialect import BEGIN_LOSABLE, for_many_rows, for_postgresql, is_said_once
from scanjobs.db.refusals import translated
from scanjobs.domain.clock import server_clock
from scanjobs.errors import ConfigurationError, StorageError

PATIENCE_SECONDS = 10.0
"""How long one waits for rows that others have locked, or for a server that is being started again."""

_USUAL = {
    "application_name": "scanjobs",
    "connect_timeout": 5,
    # A server that is cut off must be noticed well before a lease ends.
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""Unless the URL says otherwise."""

_PREPARE_SESSION = """
    SELECT set_config('lock_timeout', %(busy)s, false),
           set_config('idle_in_transaction_session_timeout', %(idle)s, false),
           set_config('timezone', 'UTC', false),
           CASE WHEN current_setting('synchronous_commit') = 'off'
                THEN set_config('synchronous_commit', 'on', false) END,
           set_config('enable_seqscan', 'off', false), set_config('jit', 'off', false),
           extract(epoch FROM clock_timestamp())::float8
"""
"""What is committed is on the disk; and a worker that is cut off in a transaction holds no rows for ever.

Our statements go by indexes. A server that plans them while a table is small would rather read all of it, and
go on doing so when it has grown; and no statement is long enough to be worth compiling.
"""


def open_raw(settings: Settings) -> psycopg.Connection:
    """A connection of the driver's own, prepared for us, in which each statement is a transaction.

    Raises:
        psycopg.OperationalError: the server cannot be reached, or refuses.
    """
    raw = psycopg.connect(**_parameters(settings.database_url), autocommit=True)
    try:
        raw.adapters.register_dumper(str, _TextDumper)
        for name in ("text", "varchar"):
            raw.adapters.register_loader(name, _TextLoader)
        busy, idle = PATIENCE_SECONDS, settings.lease_seconds
        values = {"busy": f"{busy * 1000:.0f}ms", "idle": f"{idle * 1000:.0f}ms"}
        *_, seconds = raw.execute(_PREPARE_SESSION, values).fetchone() or (0.0,)
        server_clock(settings.database_url).hear(seconds)
    except BaseException:
        raw.close()
        raise
    return raw


def seconds_of(url: str) -> float:
    """What time it is on the server, as seconds since 1970-01-01T00:00:00Z.

    Raises:
        StorageError: it cannot be asked.
    """
    with (
        translated(Settings(home=Path(), database_url=url)),
        psycopg.connect(**_parameters(url), autocommit=True) as raw,
    ):
        (seconds,) = raw.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone() or (0.0,)
    return float(seconds)


def listen(settings: Settings, channel: str) -> psycopg.Connection | None:
    """A connection that is told when somebody notifies a channel; None while the server is away.

    The name of the channel is an expression, so that it can depend on the schema.
    """
    try:
        raw = open_raw(settings)
        ((name,),) = raw.execute(f"SELECT {channel}").fetchall()
        raw.execute(sql.SQL("LISTEN {}").format(sql.Identifier(name)))
    except psycopg.OperationalError:
        return None
    return raw


def has_heard(raw: psycopg.Connection) -> bool:
    """Take in what was notified so far, without waiting; False where the connection is lost."""
    try:
        raw.pgconn.consume_input()
        while raw.pgconn.notifies() is not None:
            continue
    except psycopg.Error:
        return False
    return not raw.closed


class PostgresConnection:
    """A connection that opens itself, and opens itself again when it was lost between two transactions."""

    def __init__(self, settings: Settings, joined: psycopg.Connection | None = None) -> None:
        """A connection of one's own, or one that takes part in a transaction of the ORM's connection."""
        self._settings = settings
        self._raw = joined
        self._has_begun = joined is not None
        self._was_open = joined is not None

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction has begun that nobody has ended; what is lost has to be ended as well."""
        return self._has_begun

    def execute(self, statement: str, values: Any = (), /) -> Any:
        """Run one statement: again where it is a transaction of its own and the connection was lost."""
        if statement in _BOUNDARIES:
            return self._cross(statement)
        query, is_once = for_postgresql(statement), is_said_once(statement)
        raw = self._open_one()
        if is_once and not self._has_begun and _has_hung_up(raw):
            raw.close()
            raw = self._open_one()
        try:
            return _run(raw, query, values)
        except psycopg.OperationalError:
            if self._has_begun or is_once or not raw.closed:
                raise
        try:
            return _run(self._open_one(), query, values)
        except psycopg.errors.UniqueViolation:
            # It had been committed when the connection was lost. That is all we can be told of it.
            return _run(self._open_one(), "SELECT 1 WHERE false", ())

    def executemany(self, statement: str, rows: Iterable[Any], /) -> Any:
        """Run one statement for each of these rows."""
        rows, at_once = list(rows), for_many_rows(statement)
        if at_once is not None and len(rows) > 1:
            return self.execute(at_once, {"rows": json.dumps(rows)})
        for row in rows:
            done = self.execute(statement, row)
        return done if rows else None

    def close(self) -> None:
        """Close it; whoever uses it again opens it again."""
        if self._raw is not None:
            self._raw.close()
        self._raw, self._has_begun, self._was_open = None, False, False

    def _cross(self, statement: str) -> Any:
        """Begin or end a transaction."""
        if statement in _BEGINNINGS:
            self._has_begun = False
            begun = self.execute(_BEGINNINGS[statement])
            self._has_begun = True
            return begun
        self._has_begun = False
        raw = self._raw
        if raw is None or raw.closed:
            if statement == "ROLLBACK":
                return None  # the server has done so, or will
            raise StorageError(_LOST, hint="Try again in a moment; nothing of this was stored.")
        ended = _run(raw, statement, None)
        if ended.statusmessage != statement:
            # The server takes the COMMIT of a transaction in which a statement failed for a ROLLBACK.
            raise StorageError("A statement of this transaction had failed, so nothing of it was stored.")
        return ended

    def _open_one(self) -> psycopg.Connection:
        raw = self._raw
        if raw is not None and (self._has_begun or not raw.closed):
            return raw
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                self._raw = open_raw(self._settings)
            except psycopg.OperationalError:
                # A server that is being started again is waited for, a wrong address is told at once.
                if not self._was_open or time.monotonic() > deadline:
                    raise
                time.sleep(random.uniform(0.05, 0.5))  # noqa: S311 - so that not all come back at once
            else:
                self._was_open = True
                return self._raw


def _has_hung_up(raw: psycopg.Connection) -> bool:
    """Whether the server has ended a connection that was at rest, as far as that has arrived here."""
    try:
        waiting = select.poll()
        waiting.register(raw.fileno(), select.POLLIN)
        while waiting.poll(0):
            raw.pgconn.consume_input()
    except psycopg.Error:
        return True
    return raw.closed


_LOST = "The connection to the database server was lost."

_BEGINNINGS = {
    "BEGIN IMMEDIATE": "BEGIN",
    BEGIN_LOSABLE: "BEGIN; SET LOCAL synchronous_commit = off",
}
_BOUNDARIES = frozenset({*_BEGINNINGS, "COMMIT", "ROLLBACK"})


def _run(raw: psycopg.Connection, query: str, values: Any) -> psycopg.Cursor[Any]:
    try:
        return raw.execute(query, values)
    except psycopg.Error:
        raise
    except BaseException:
        # A time limit, for instance: an answer that nobody awaits would confuse the next question.
        if raw.info.transaction_status == TransactionStatus.ACTIVE:
            with suppress(psycopg.Error):
                raw.close()
        raise


@lru_cache
def _parameters(url: str) -> dict[str, Any]:
    """What the driver is told to connect."""
    try:
        told = conninfo.conninfo_to_dict(url.replace("postgresql+psycopg:", "postgresql:", 1))
    except psycopg.Error:
        # Without its cause, whose words repeat the URL with the password in it.
        raise ConfigurationError(
            "The database URL cannot be read.",
            hint="Write it as postgresql+psycopg://user:password@host:5432/database; special characters of a "
            "password are written as %40 and the like.",
        ) from None
    return {**_USUAL, **told}


# PostgreSQL keeps no NUL in a text, and cookies may hold one. In ASCII, DLE announces that what follows is
# something else than it seems.
_NUL, _DLE = "\x00", "\x10"
_NUL_STORED, _DLE_STORED = "\x100", "\x101"


class _TextDumper(StrDumperUnknown):
    """Writes any text."""

    def dump(self, obj: str) -> Any:
        if _NUL in obj or _DLE in obj:
            obj = obj.replace(_DLE, _DLE_STORED).replace(_NUL, _NUL_STORED)
        return super().dump(obj)


class _TextLoader(TextLoader):
    """Reads it as it was."""

    def load(self, data: Any) -> str | bytes:
        text = super().load(data)
        if isinstance(text, str) and _DLE in text:
            return text.replace(_NUL_STORED, _NUL).replace(_DLE_STORED, _DLE)
        return text
