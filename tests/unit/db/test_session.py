"""Transactions: together or not at all, joined when nested, foreign errors told in our words."""

from __future__ import annotations

import sqlite3

import pytest
import sqlalchemy as sa

from scanjobs.db import connection, driver, models, session
from scanjobs.errors import ConfigurationError, StorageError
from tests.conftest import on_sqlite_only


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
