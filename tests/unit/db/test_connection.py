"""Files that are opened for the first time, by several at once."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from scanjobs.db import connection


def held(path: Path) -> sqlite3.Connection:
    """Somebody else who turns a new file into a database just now."""
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    return other


def test_a_new_file_that_somebody_else_begins_is_waited_for(tmp_path: Path) -> None:
    """SQLite says at once that it is locked, whatever the timeout is."""
    path = tmp_path / "new.db"
    with closing(held(path)) as other:
        threading.Timer(0.3, lambda: other.execute("COMMIT")).start()

        with closing(connection.open_file(path)) as opened:
            assert opened.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_one_that_stays_locked_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_SECONDS", 0.2)
    path = tmp_path / "new.db"

    with closing(held(path)), pytest.raises(sqlite3.OperationalError, match="locked"):
        connection.open_file(path)
