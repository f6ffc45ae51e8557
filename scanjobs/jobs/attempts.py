"""The attempts at a job, read from its story: each with its worker, its wait, its end and its error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from scanjobs.domain.jobs import WITH_OTHERS, Attempt, JobRecord

_DO_NOT_COUNT = {"held", "released", "rescued"}
_SET_WHEN_IT_MAY_RUN = {"retrying", "held", "restarted"}


def attempts_of(job: JobRecord) -> tuple[Attempt, ...]:
    """Every attempt at a job, the first one first."""
    found = list(_attempts(job))
    if found and found[-1].outcome is not None and job.started_at and found[-1].began_at <= job.started_at:
        # The worker says when the last one really began; a job may have been claimed ahead.
        last = found[-1]
        waited = last.waited_seconds + (job.started_at - last.began_at).total_seconds()
        found[-1] = replace(last, began_at=job.started_at, waited_seconds=waited)
    return tuple(found)


def _attempts(job: JobRecord) -> Iterator[Attempt]:
    could_begin = _first_moment(job)
    number = 1
    under_way: Attempt | None = None
    for event in job.events:
        if event.event == "claimed":
            waited = max(0.0, (event.at - could_begin).total_seconds())
            under_way = Attempt(
                number=number,
                worker=event.facts.get("worker"),
                began_at=event.at,
                ended_at=None,
                waited_seconds=waited,
                outcome=None,
                error=None,
            )
            continue
        if under_way is not None:
            yield replace(under_way, ended_at=event.at, outcome=event.event, error=event.facts.get("error"))
            number += event.event not in _DO_NOT_COUNT
            under_way = None
        if event.event == "restarted":
            number = 1
        if event.event in _DO_NOT_COUNT | _SET_WHEN_IT_MAY_RUN:
            could_begin = event.at + timedelta(seconds=event.facts.get("wait", 0))
    if under_way is not None:
        yield under_way


def _first_moment(job: JobRecord) -> datetime:
    """When its first attempt could have begun; a later one has its own moment in place of it."""
    is_first_kept = not any(event.event in _SET_WHEN_IT_MAY_RUN for event in job.events)
    if is_first_kept and job.run_at < WITH_OTHERS:
        return max(job.created_at, job.run_at)
    return job.created_at
