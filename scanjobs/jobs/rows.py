"""Rows of the queue as frozen values."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from scanjobs.config import Settings
from scanjobs.db import driver
from scanjobs.domain.jobs import JobRecord, JobState
from scanjobs.jobs import codec, story


def select(settings: Settings, statement: str, values: Mapping[str, Any] | None = None) -> list[sqlite3.Row]:
    """The rows of a statement, their columns by name."""
    with driver.read(settings) as connection:
        cursor = connection.cursor()
        cursor.row_factory = sqlite3.Row
        return cursor.execute(statement, values or {}).fetchall()


def moment(seconds: float | None) -> datetime | None:
    """A datetime in UTC from seconds since 1970."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def job_record(row: sqlite3.Row) -> JobRecord:
    """A row of the jobs as a value."""
    return JobRecord(
        id=row["id"],
        batch_id=row["batch_id"],
        task=row["task"],
        queue=row["queue"],
        state=JobState(row["state"]),
        priority=row["priority"],
        attempt=row["attempt"],
        rescues=row["rescues"],
        arguments=codec.arguments(row["payload"]),
        progress=row["progress"],
        progress_phase=row["progress_phase"],
        created_at=datetime.fromtimestamp(row["created_at"], UTC),
        run_at=datetime.fromtimestamp(row["run_at"], UTC),
        expires_at=moment(row["expires_at"]),
        started_at=moment(row["started_at"]),
        finished_at=moment(row["finished_at"]),
        worker_id=row["worker_id"],
        cancel=row["cancel"],
        result=None if row["result"] is None else codec.decode_value(row["result"]),
        error=row["error"],
        hint=row["hint"],
        traceback=row["traceback"],
        events=story.read(row["story"]),
        limit=_limit(row),
        held_at=moment(row["held_at"]),
    )


def _limit(row: sqlite3.Row) -> str | None:
    """The limit of its key in a few words."""
    if row["limit_key"] is None:
        return None
    words = [row["limit_key"]]
    if row["at_once"] is not None:
        words.append(f"{row['at_once']} at once")
    if row["rate"] is not None:
        words.append(f"{row['rate']} in {row['rate_seconds']:g} s")
    return ", ".join(words)
