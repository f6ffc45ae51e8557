"""What must hold for a job that has been through the chaos: one outcome, by its holder, and the right one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from benchmarks.chaos_driver import tasks
from benchmarks.chaos_driver.notes import Cancel, Notes
from benchmarks.chaos_driver.violations import Violation
from scanjobs.domain.jobs import FINAL_STATES, JobRecord, JobState
from scanjobs.tasks import queue

OUTCOMES = {
    "succeeded": JobState.SUCCEEDED,
    "failed": JobState.FAILED,
    "cancelled": JobState.CANCELLED,
    "expired": JobState.CANCELLED,
    "purged": JobState.CANCELLED,
}
"""The events that end a job, and the state each leaves it in."""
WRITTEN = {"succeeded", "failed"}
"""Those of them that a worker has written, and says so in its log."""

_LETTERS = {"claimed": "c", "retrying": "t", "released": "g", "rescued": "r", "cancelled": "x"}
_STORY = re.compile(r"(c[tgr])*(x|cr?[xo])")
"""Claimed and back as often as need be, then one outcome: of a job that waits, that is held, or that was
rescued once too often."""


def check(job: JobRecord, notes: Notes) -> Iterator[Violation]:
    """Everything about one job."""
    if job.state not in FINAL_STATES:
        yield Violation(f"stuck: it is {job.state}", job.id)
        return
    yield from _story(job)
    yield from _attempts(job, notes.starts.get(job.id, Counter()))
    yield from _author(job, notes.told.get(job.id, []))
    if job.task.startswith(f"{tasks.MODULE}."):
        yield from _result(job, notes)


def chains(jobs: dict[str, JobRecord], chains: list[list[str]]) -> Iterator[Violation]:
    """The next step of a pipeline is there if, and only if, the one before it has succeeded."""
    for chain in chains:
        for before, after in pairwise(chain):
            goes_on = before in jobs and jobs[before].state is JobState.SUCCEEDED
            if goes_on and after not in jobs:
                yield Violation("succeeded, and the next step of its pipeline is not there", before)
            if after in jobs and not goes_on:
                yield Violation("is there, though the step before it has not succeeded", after)


def chords(jobs: dict[str, JobRecord], made: list[list[str]]) -> Iterator[Violation]:
    """A callback is given the result of every member, and begins when all of them have ended."""
    for callback_id, *member_ids in made:
        callback = jobs.get(callback_id)
        if callback is None or callback.state is JobState.CANCELLED:
            continue  # that it is there at all is asked of every accepted job
        results = callback.arguments.get("0")
        if not isinstance(results, list) or len(results) != len(member_ids):
            yield Violation(f"was given {results!r} of {len(member_ids)} members", callback_id)
        ends = [jobs[one].finished_at for one in member_ids if one in jobs]
        if callback.started_at and any(end is None or end > callback.started_at for end in ends):
            yield Violation("began before its members had ended", callback_id)


def cancels(jobs: dict[str, JobRecord], accepted: list[Cancel]) -> Iterator[Violation]:
    """A cancellation that was accepted is not forgotten: nobody begins the job again."""
    for cancel in accepted:
        job = jobs.get(cancel.job_id)
        if job is None:
            continue
        if cancel.at_once and job.state is not JobState.CANCELLED:
            yield Violation(f"was cancelled while it waited, and is {job.state}", job.id)
        # A claim bears the moment at which it was begun, so one that is later came after the answer.
        if any(event.event == "claimed" and event.at.timestamp() > cancel.at for event in job.events):
            yield Violation("was claimed after it had been cancelled", job.id)


def _story(job: JobRecord) -> Iterator[Violation]:
    outcomes = [event.event for event in job.events if event.event in OUTCOMES]
    if len(outcomes) != 1:
        yield Violation(f"{len(outcomes)} outcomes in its story, its state is {job.state}", job.id)
    elif OUTCOMES[outcomes[0]] is not job.state:
        yield Violation(f"its story says {outcomes[0]}, its state is {job.state}", job.id)
    elif not _STORY.fullmatch("".join(_LETTERS.get(event.event, "o") for event in job.events)):
        yield Violation("an outcome or a return by somebody who did not hold it", job.id)


def _attempts(job: JobRecord, starts: Counter[int]) -> Iterator[Violation]:
    """Each claim starts its attempt once at most; what came back unfinished was none."""
    attempt, retries, claims = 0, 0, Counter[int]()
    for event in job.events:
        match event.event:
            case "claimed":
                attempt += 1
                claims[attempt] += 1
            case "released" | "rescued":
                attempt -= 1
            case "retrying":
                retries += 1
    for number, often in sorted(starts.items()):
        if often > claims[number]:
            yield Violation(f"attempt {number} started {often} times, claimed {claims[number]} times", job.id)
    if attempt != job.attempt:
        yield Violation(f"its story has {attempt} attempts, its row {job.attempt}", job.id)
    rescues = sum(event.event == "rescued" for event in job.events)
    if rescues != job.rescues:
        yield Violation(f"its story has {rescues} rescues, its row {job.rescues}", job.id)
    if retries > queue.retries_of(job.task):
        yield Violation(f"retried {retries} times, allowed are {queue.retries_of(job.task)}", job.id)


def _author(job: JobRecord, told: list[str]) -> Iterator[Violation]:
    """Whoever says that he wrote the outcome held the job last."""
    claims = [event.facts.get("worker") for event in job.events if event.event == "claimed"]
    if len(told) > 1:
        yield Violation(f"the workers {', '.join(told)} all say that they wrote its outcome", job.id)
    elif told and told != claims[-1:]:
        yield Violation(f"the stale worker {told[0]} wrote its outcome; {claims[-1:]} held it", job.id)


def _result(job: JobRecord, notes: Notes) -> Iterator[Violation]:
    """What one of our tasks has returned follows from its arguments: it is no other job's."""
    if job.state is not JobState.SUCCEEDED:
        if not job.error:
            yield Violation(f"{job.state} without a reason", job.id)
        return
    if job.id not in notes.starts:
        yield Violation("succeeded and never started", job.id)
    name = job.task.removeprefix(f"{tasks.MODULE}.")
    if name in tasks.NEVER_SUCCEED:
        yield Violation("succeeded, which its task never does", job.id)
    elif name == "submit_others":
        ids = job.result or []
        if len(ids) != job.arguments["number"] or any(one not in notes.accepted for one in ids):
            yield Violation(f"its result {ids} is not what it has submitted", job.id)
    elif job.result != _expected(name, job.arguments):
        yield Violation(f"its result is {job.result!r} for {job.arguments}", job.id)


def _expected(name: str, arguments: dict[str, Any]) -> Any:
    values = list(arguments.values())
    if name == "gather":
        return len(values[0])
    return sum(values) if name == "add" else values[0]
