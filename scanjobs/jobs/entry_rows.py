"""Rows of the schedule as frozen values, and back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from scanjobs.config import Settings
from scanjobs.db.connection import Connection
from scanjobs.domain.jobs import JobEvent
from scanjobs.domain.schedules import CatchUp, ComingRun, EntryRecord, EntryState, Overlap
from scanjobs.jobs import schedule_statements, story
from scanjobs.jobs.rows import moment, select

MOST_EVENTS = 20
"""So much of its story an entry remembers."""
REFUSED = "refused"
"""The outcome of a slot that could not become a job."""


def every_entry(settings: Settings) -> tuple[EntryRecord, ...]:
    """Every entry, by name."""
    return tuple(map(entry_record, select(settings, schedule_statements.SELECT_ENTRIES)))


def entry_record(row: Any) -> EntryRecord:
    """A row of the schedule, joined with its last job, as a value."""
    return EntryRecord(
        id=row["id"],
        name=row["name"],
        task=row["task"],
        kwargs=json.loads(row["kwargs"]),
        when=row["timing"],
        zone=row["zone"],
        state=_state(row),
        next_at=moment(row["next_at"]),
        last_at=moment(row["last_at"]),
        last_outcome=REFUSED if row["last_error"] else row["job_state"],
        last_error=row["last_error"] or row["job_error"],
        last_job_id=row["last_job_id"],
        waiting_at=moment(row["waiting_at"]),
        start_at=datetime.fromtimestamp(row["start_at"], UTC),
        catch_up=CatchUp(row["catch_up"]),
        overlap=Overlap(row["overlap"]),
        priority=row["priority"],
        declared_in=row["declared_in"],
        is_edited=bool(row["is_edited"]),
        runs=row["runs"],
        skipped=row["skipped"],
        events=story.read(row["story"]),
        version=row["version"],
    )


def coming_run(row: Any) -> ComingRun:
    """A row of the schedule, joined with its last job, as what it runs next."""
    return ComingRun(
        name=row["name"],
        task=row["task"],
        when=row["timing"],
        zone=row["zone"],
        next_at=datetime.fromtimestamp(row["next_at"], UTC),
        last_at=moment(row["last_at"]),
        last_outcome=REFUSED if row["last_error"] else row["job_state"],
    )


def noted(entry: EntryRecord, now: datetime, event: str, **facts: Any) -> EntryRecord:
    """The entry with one more event in its story, the oldest forgotten."""
    facts = {name: _told(fact) for name, fact in facts.items() if fact is not None}
    events = (*entry.events, JobEvent(at=now, event=event, facts=facts))
    return replace(entry, events=events[-MOST_EVENTS:])


def write(connection: Connection, entry: EntryRecord) -> bool:
    """Write an entry; False where somebody else has written it since it was read."""
    written = connection.execute(
        schedule_statements.UPDATE_ENTRY,
        {
            "id": entry.id,
            "version": entry.version,
            "task": entry.task,
            "kwargs": kwargs_text(entry.kwargs),
            "timing": entry.when,
            "zone": entry.zone,
            "start_at": entry.start_at.timestamp(),
            "catch_up": entry.catch_up,
            "overlap": entry.overlap,
            "priority": entry.priority,
            "is_edited": entry.is_edited,
            "next_at": _seconds(entry.next_at),
            "waiting_at": _seconds(entry.waiting_at),
            "last_at": _seconds(entry.last_at),
            "last_job_id": entry.last_job_id,
            "last_error": entry.last_error if entry.last_outcome == REFUSED else None,
            "runs": entry.runs,
            "skipped": entry.skipped,
            "story": story_text(entry.events),
        },
    )
    return written.rowcount == 1


def kwargs_text(kwargs: dict[str, Any]) -> str:
    """The arguments of an entry's task as JSON text.

    Raises:
        TypeError, ValueError: JSON has no form for one of them.
    """
    return json.dumps(kwargs, ensure_ascii=False, allow_nan=False)


def story_text(events: tuple[JobEvent, ...]) -> str:
    """Events as the lines of a story."""
    return "".join(story.line(one.at.timestamp(), one.event, **one.facts) for one in events)


def _state(row: Any) -> EntryState:
    if row["is_undeclared"]:
        return EntryState.UNDECLARED
    return EntryState.PAUSED if row["is_paused"] else EntryState.ACTIVE


def _seconds(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()


def _told(fact: Any) -> Any:
    return f"{fact.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if isinstance(fact, datetime) else fact
