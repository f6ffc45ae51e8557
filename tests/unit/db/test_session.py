"""Transactions: together or not at all, joined when nested, foreign errors told in our words."""

from __future__ import annotations

import signal
import sqlite3
import time
from contextlib import closing
from dataclasses import replace

import pytest
import sqlalchemy as sa

from scanjobs.db import connection, driver, models, postgres, session
from scanjobs.domain.clock import ServerClock
from scanjobs.errors import ConfigurationError, StorageError
from scanjobs.jobs.limits import SoftTimeLimitExceeded
from tests.conftest import on_postgres_only, on_sqlite_only
from tests.postgres import end_connections


def put(writer, key):
    writer.execute(sa.insert(models.KeyValue).values(key=key, value=b"1"))


def keys(settings):
    with session.reading(settings) as reader:
        return set(reader.scalars(sa.select(models.KeyValue.key)))


def test_an_inner_transaction_is_part_of_the_outer(settings):
    with pytest.raises(RuntimeError), session.transaction(settings) as outer:
        with session.transaction(settings) as inner:
            assert inner is outer
            put(inner, "a")
        raise RuntimeError

    assert keys(settings) == set()


def test_reading_inside_a_transaction_sees_what_it_wrote(settings):
    with session.transaction(settings) as writer:
        put(writer, "a")
        assert keys(settings) == {"a"}


def test_what_waits_for_the_commit_happens_after_it_and_once(settings):
    told = []
    with session.transaction(settings):
        with session.transaction(settings) as inner:
            put(inner, "a")
            driver.after_commit(lambda: told.append(keys(settings)))
        assert told == []

    assert told == [{"a"}]


def test_what_waits_for_a_commit_that_never_comes_does_not_happen(settings):
    told = []
    with pytest.raises(RuntimeError), session.transaction(settings):
        driver.after_commit(lambda: told.append(1))
        raise RuntimeError

    assert told == []


@on_sqlite_only
def test_a_lock_that_lasts_is_told_with_a_hint(settings, monkeypatch):
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_SECONDS", 0.1)
    session.engine_for(settings)
    with sqlite3.connect(settings.database_path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(StorageError, match="locked by another program") as refused:
            session.transaction(settings).__enter__()

    assert refused.value.hint
    assert not refused.value.is_permanent


def test_a_database_url_without_meaning_is_told(settings, monkeypatch, tmp_path):
    from scanjobs import config

    settings = config.load({"home": tmp_path, "database_url": "oracle+nonsense://x"})

    with pytest.raises(ConfigurationError, match="cannot be used"):
        session.engine_for(settings)


@on_postgres_only
def test_the_time_is_the_servers(settings, monkeypatch):
    """So hosts agree whose own clocks are wrong."""
    monkeypatch.setattr(time, "time", lambda: 0.0)

    with driver.read(settings) as reader:
        (seconds,) = reader.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()

    assert abs(settings.clock.timestamp() - seconds) < 60


@on_postgres_only
def test_a_server_that_is_away_keeps_its_time(settings, wire, monkeypatch):
    far = replace(settings, database_url=wire.url)
    before = far.clock.timestamp()
    monkeypatch.setattr(ServerClock, "ASK_AGAIN_SECONDS", -1.0)
    wire.cut()

    assert far.clock.timestamp() >= before


@on_postgres_only
def test_a_time_limit_in_the_middle_of_a_question_leaves_a_usable_connection(settings):
    def ring(*_):
        raise SoftTimeLimitExceeded

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    with pytest.raises(SoftTimeLimitExceeded), driver.write(settings) as writer:
        writer.execute("SELECT pg_sleep(20)")

    with driver.read(settings) as reader:
        assert reader.execute("SELECT 7").fetchone() == (7,)


@on_postgres_only
def test_a_transaction_of_the_orm_with_a_failed_statement_says_that_nothing_was_stored(settings):
    with (
        pytest.raises(StorageError, match="nothing of it was stored"),
        session.transaction(settings) as writer,
    ):
        put(writer, "a")
        with pytest.raises(sa.exc.ProgrammingError):
            writer.execute(sa.text("SELECT nonsense"))

    assert keys(settings) == set()


@on_postgres_only
def test_a_transaction_begins_again_after_the_server_did(settings):
    with session.transaction(settings) as writer:
        put(writer, "a")
    end_connections(settings.database_url)

    with session.transaction(settings) as writer:
        put(writer, "b")

    assert keys(settings) == {"a", "b"}


@on_postgres_only
def test_what_others_hold_for_too_long_is_told_with_a_hint(settings, monkeypatch):
    monkeypatch.setattr(postgres, "PATIENCE_SECONDS", 0.1)
    with closing(connection.connect(settings)) as other:
        session.engine_for(settings)
        other.execute("BEGIN IMMEDIATE")
        other.execute("LOCK TABLE key_values")

        with (
            pytest.raises(StorageError, match="locked rows") as refused,
            session.transaction(settings) as writer,
        ):
            put(writer, "a")

    assert refused.value.hint
