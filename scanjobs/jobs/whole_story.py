"""Tells the whole story of one job: its attempts, its report, what happened by it and what it led to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from scanjobs.config import Settings
from scanjobs.db import events, reports
from scanjobs.domain.events import Event
from scanjobs.domain.jobs import Attempt, FollowUp, JobRecord
from scanjobs.domain.reports import ReportRecord
from scanjobs.jobs import chord_statements, job_queries
from scanjobs.jobs.attempts import attempts_of
from scanjobs.jobs.rows import select


@dataclass(frozen=True, kw_only=True, slots=True)
class JobStory:
    """Everything that is known about one job."""

    job: JobRecord
    attempts: tuple[Attempt, ...]
    report: ReportRecord | None
    """The file that it writes, where it writes one that was not deleted."""
    happened: tuple[Event, ...]
    """What people are told of that happened by it."""
    siblings: tuple[JobRecord, ...]
    """Jobs that were submitted together with it."""
    parts: tuple[JobRecord, ...]
    """Jobs that it has submitted as one batch."""
    members: tuple[JobRecord, ...]
    """Jobs whose end it waits for."""
    follow_ups: tuple[FollowUp, ...]


def tell(settings: Settings, prefix: str) -> JobStory:
    """The story of the one job whose id begins so, or of the `latest`.

    Raises:
        NotFoundError: there is none.
        AmbiguousIdError: there is more than one, or the prefix is too short.
    """
    job = job_queries.job(settings, prefix)
    siblings = job_queries.batch(settings, job.batch_id) if job.batch_id else ()
    members = select(settings, chord_statements.SELECT_MEMBERS, {"callback_id": job.id})
    return JobStory(
        job=job,
        attempts=attempts_of(job),
        report=reports.report_of_job(settings, job.id),
        happened=tuple(events.of_job(settings, job.id)),
        siblings=tuple(one for one in siblings if one.id != job.id),
        parts=job_queries.batch(settings, job.id),
        members=job_queries.among(settings, [row[0] for row in members]),
        follow_ups=_follow_ups(settings, job.id),
    )


def as_one_object(story: JobStory) -> dict[str, Any]:
    """For programs: the job, and the rest of its story beside its own values."""
    told = asdict(story)
    job: dict[str, Any] = told.pop("job")
    return job | told


def _follow_ups(settings: Settings, job_id: str) -> tuple[FollowUp, ...]:
    rows = select(settings, chord_statements.SELECT_PAYLOAD, {"job_id": job_id})
    try:
        named = list(_named(json.loads(rows[0][0])))
    except (IndexError, KeyError, TypeError, ValueError):  # gone meanwhile, or a message that is damaged
        return ()
    states = {
        one.id: one.state for one in job_queries.among(settings, [following for following, _, _ in named])
    }
    return tuple(
        FollowUp(id=following, task=task, after=after, state=states.get(following))
        for following, task, after in named
    )


def _named(message: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Id and task of what a message leads to, and after what: the steps of a pipeline in their order."""
    if "on_error" in message:
        yield message["on_error"]["id"], message["on_error"]["name"], "failed"
    if "chord" in message:
        callback = message["chord"][3]
        yield callback["id"], callback["name"], "ended like all of its chord"
    if "on_complete" in message:
        yield message["on_complete"]["id"], message["on_complete"]["name"], "succeeded"
        yield from _named(message["on_complete"])
