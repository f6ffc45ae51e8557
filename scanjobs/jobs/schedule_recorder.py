"""The log lines of the schedule: one place for their words, each with a stable event name and fields."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from scanjobs.domain.ids import short
from scanjobs.domain.schedules import Declaration, EntryRecord
from scanjobs.errors import StorageError
from scanjobs.jobs.slots import Plan

logger = logging.getLogger("scanjobs.jobs")


def beat_started(entries: int) -> None:
    """A process runs the schedule alone."""
    told = f"{entries} entr{'y' if entries == 1 else 'ies'}"
    logger.info(f"Beat runs the schedule of {told}", extra={"event": "beat_started", "entries": entries})


def beat_stopped(jobs: int) -> None:
    """It has left."""
    told = f"{jobs} job{'' if jobs == 1 else 's'}"
    logger.info(f"Beat stopped after {told}", extra={"event": "beat_stopped", "jobs": jobs})


def slot_queued(entry: EntryRecord, slot: datetime, job_id: str) -> None:
    """A slot has come and became a job."""
    logger.info(
        f"{entry.name} is due: job {short(job_id)}",
        extra={"event": "slot_queued", "job_id": job_id, "slot": slot.isoformat(), **_fields(entry)},
    )


def slots_passed(entry: EntryRecord, todo: Plan) -> None:
    """Slots pass without a run: since none ran then, or since the run before has not ended."""
    if todo.missed is not None:
        since, before = todo.missed
        logger.warning(
            f"{entry.name} missed what was due since {_moment(since)}",
            extra={
                "event": "slots_missed",
                "since": since.isoformat(),
                "before": before and before.isoformat(),
                **_fields(entry),
            },
        )
    if todo.skipped is not None:
        logger.warning(
            f"{entry.name} skips {_moment(todo.skipped)}: its run before has not ended",
            extra={"event": "slot_skipped", "slot": todo.skipped.isoformat(), **_fields(entry)},
        )


def slot_refused(entry: EntryRecord, error: str) -> None:
    """A slot cannot become a job."""
    logger.error(
        f"{entry.name} is due and was refused: {error}", extra={"event": "slot_refused", **_fields(entry)}
    )


def task_unknown(entry: EntryRecord) -> None:
    """An entry is left to schedulers that know its task."""
    logger.warning(
        f"{entry.name} is due, and its task {entry.task} is not known here",
        extra={"event": "task_unknown", **_fields(entry)},
    )


def entry_undeclared(entry: EntryRecord) -> None:
    """The code does not declare an entry any more."""
    logger.warning(
        f"{entry.name} is not declared any more in {entry.declared_in} and does not run",
        extra={"event": "entry_undeclared", **_fields(entry)},
    )


def name_taken(asked: Declaration) -> None:
    """Code declares an entry whose name a user has taken before."""
    logger.warning(
        f"{asked.name}, declared in {asked.declared_in}, does not run: a user's entry has this name",
        extra={"event": "name_taken", "entry": asked.name, "task": asked.task},
    )


def storage_refused(error: StorageError) -> None:
    """The database could not be read or written; beat tries again."""
    logger.error(f"{error.message} Trying again.", extra={"event": "storage_refused", "hint": error.hint})


def _fields(entry: EntryRecord) -> dict[str, Any]:
    return {"entry": entry.name, "task": entry.task}


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
