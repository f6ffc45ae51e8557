"""Rows of the queue as frozen values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from scanjobs.config import Settings
from scanjobs.db import driver
from scanjobs.db.connection import named_rows
from scanjobs.domain.jobs import JobRecord, JobState
from scanjobs.jobs import codec, story


def select(settings: Settings, statement: str, values: Mapping[str, Any] | None = None) -> Sequence[Any]:
    """The rows of a statement, their columns by name."""
    with driver.read(settings) as connection:
        return named_rows(connection, statement, values or {})


def moment(seconds: float | None) -> datetime | None:
    """A datetime in UTC from seconds since 1970."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def job_record(row: Any) -> JobRecord:
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


def _limit(row: Any) -> str | None:
    """The limit of its key in a few words."""
    if row["limit_key"] is None:
        return None
    words = [row["limit_key"]]
    if row["at_once"] is not None:
        words.append(f"{row['at_once']} at once")
    if row["rate"] is not None:
        words.append(f"{row['rate']} in {row['rate_seconds']:g} s")
    return ", ".join(words)
