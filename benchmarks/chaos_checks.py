"""Looks at a database after the chaos: what was accepted, what became of it, and what must not be."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from scanjobs.config import Settings
from scanjobs.domain.jobs import FINAL_STATES, JobRecord, JobState
from scanjobs.jobs.rows import job_record

OUTCOMES = {
    "succeeded": JobState.SUCCEEDED,
    "failed": JobState.FAILED,
    "cancelled": JobState.CANCELLED,
    "expired": JobState.CANCELLED,
    "purged": JobState.CANCELLED,
}
"""The events that end a job, and the state each leaves it in."""

_LETTERS = {"claimed": "c", "retrying": "t", "released": "g", "rescued": "r", "cancelled": "x"}
_STORY = re.compile(r"(c[tgr])*(x|cr?[xo])")
"""Claimed and back as often as need be, then one outcome: of a job that waits, that is held, or that was
rescued once too often."""

_TOLD = {"job_succeeded", "job_failed", "job_cancelled"}
_OURS = re.compile(r"scanjobs\.db(-wal|-shm)?|migration\.lock|config\.toml")


@dataclass(frozen=True)
class Violation:
    """Something that must not be; with the job it is about, where it is about one."""

    told: str
    job_id: str | None = None


@dataclass
class Notes:
    """What submitters, tasks and workers wrote down outside the data folder."""

    accepted: dict[str, str] = field(default_factory=dict)
    """The kind of each accepted job by its id."""
    chains: list[list[str]] = field(default_factory=list)
    starts: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    told: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Which workers said in their log that they had written a job's outcome."""
    events: Counter[str] = field(default_factory=Counter)
    crashes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Findings:
    """What the run has left."""

    jobs: dict[str, JobRecord]
    violations: list[Violation]
    reports_written: int
    rescues: int
    longest_wait_seconds: float


def read_notes(folder: Path) -> Notes:
    """Everything the processes of a run have noted; a line that a kill cut short was never promised."""
    notes = Notes()
    for path in sorted((folder / "notes").iterdir()):
        for line in _lines(path):
            if line["what"] == "accepted":
                notes.accepted |= dict.fromkeys(line["ids"], line["kind"])
                if line.get("chain"):
                    notes.chains.append(line["chain"])
            elif line["what"] == "started":
                notes.starts[line["id"]] += 1
            elif line["what"] == "refused":
                notes.refused.append(line["error"])
    for path in sorted((folder / "logs").iterdir()):
        _read_log(path, notes)
    return notes


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for words in path.read_text("utf-8", errors="replace").splitlines(keepends=True):
        if words.endswith("\n"):
            yield json.loads(words)


def _read_log(path: Path, notes: Notes) -> None:
    worker = ""
    text = path.read_text("utf-8", errors="replace")
    plain = []
    for words in text.splitlines():
        try:
            line = json.loads(words)
        except ValueError:
            plain.append(words)
            continue
        event = line.get("event", "")
        notes.events[event] += 1
        if event == "worker_started":
            worker = line["worker_id"][:8]
        if event in _TOLD:
            notes.told[line["job_id"]].append(worker)
    words = "\n".join(plain)
    if "Traceback" in words or "a defect of its own" in words:
        notes.crashes.append(f"{path.name}:\n{words}")


def examine(settings: Settings, notes: Notes) -> Findings:
    """Check everything the engine promises; the database must be at rest."""
    with sqlite3.connect(f"file:{settings.database_path}?mode=ro", uri=True) as database:
        database.row_factory = sqlite3.Row
        rows = database.execute("SELECT * FROM jobs ORDER BY seq").fetchall()
        reports = database.execute("SELECT * FROM reports ORDER BY seq").fetchall()
        integrity = [row[0] for row in database.execute("PRAGMA integrity_check")]
        orphans = database.execute("PRAGMA foreign_key_check").fetchall()
    database.close()
    jobs = {row["id"]: job_record(row) for row in rows}
    violations = [
        *(Violation(f"the integrity check says: {told}") for told in integrity if told != "ok"),
        *(Violation(f"a row of {row[0]} points to nothing") for row in orphans),
        *(Violation(f"a process of the engine crashed: {told}") for told in notes.crashes),
        *(
            Violation(f"accepted ({kind}) and not there", job_id)
            for job_id, kind in notes.accepted.items()
            if job_id not in jobs
        ),
        *(
            Violation(f"{row['state']} and still leased", row["id"])
            for row in rows
            if row["lease_token"] and row["state"] != "running"
        ),
        *(violation for job in jobs.values() for violation in _job(job, notes)),
        *_chains(jobs, notes.chains),
        *_reports(jobs, reports),
        *_junk(settings, reports),
    ]
    waits = [
        (job.events[0].at - _due_at(job)).total_seconds()
        for job in jobs.values()
        if job.events and job.events[0].event == "claimed"
    ]
    return Findings(
        jobs=jobs,
        violations=violations,
        reports_written=sum(row["written_at"] is not None for row in reports),
        rescues=sum(job.rescues for job in jobs.values()),
        longest_wait_seconds=max(waits, default=0.0),
    )


def _due_at(job: JobRecord) -> datetime:
    # A retry has moved the moment; whatever was retried here had been due when it was accepted.
    was_retried = any(event.event == "retrying" for event in job.events)
    return job.created_at if was_retried else job.run_at


def _job(job: JobRecord, notes: Notes) -> Iterator[Violation]:
    if job.state not in FINAL_STATES:
        yield Violation(f"stuck: it is {job.state}", job.id)
        return
    outcomes = [event.event for event in job.events if event.event in OUTCOMES]
    if len(outcomes) != 1:
        yield Violation(f"{len(outcomes)} outcomes in its story, its state is {job.state}", job.id)
    elif OUTCOMES[outcomes[0]] is not job.state:
        yield Violation(f"its story says {outcomes[0]}, its state is {job.state}", job.id)
    elif not _STORY.fullmatch("".join(_LETTERS.get(event.event, "o") for event in job.events)):
        yield Violation("an outcome or a return by somebody who did not hold it", job.id)

    claims = [event.facts.get("worker") for event in job.events if event.event == "claimed"]
    if notes.starts[job.id] > len(claims):
        yield Violation(f"started {notes.starts[job.id]} times, claimed {len(claims)} times", job.id)
    of_ours = job.task.startswith("benchmarks.")
    if of_ours and job.state is JobState.SUCCEEDED and not notes.starts[job.id]:
        yield Violation("succeeded and never started", job.id)

    told = notes.told.get(job.id, [])
    if len(told) > 1:
        yield Violation(f"the workers {', '.join(told)} all say that they wrote its outcome", job.id)
    elif told and told != claims[-1:]:
        yield Violation(f"the stale worker {told[0]} wrote its outcome; {claims[-1:]} held it", job.id)


def _chains(jobs: dict[str, JobRecord], chains: list[list[str]]) -> Iterator[Violation]:
    for chain in chains:
        for before, after in pairwise(chain):
            goes_on = before in jobs and jobs[before].state is JobState.SUCCEEDED
            if goes_on and after not in jobs:
                yield Violation("succeeded, and the next step of its pipeline is not there", before)
            if after in jobs and not goes_on:
                yield Violation("is there, though the step before it has not succeeded", after)


def _reports(jobs: dict[str, JobRecord], reports: list[sqlite3.Row]) -> Iterator[Violation]:
    recorded = {row["job_id"]: row for row in reports}
    for row in reports:
        if row["job_id"] not in jobs:
            yield Violation(f"the report {row['id']} was recorded without its job", row["job_id"])
        if row["written_at"] is None:
            continue
        try:
            content = Path(row["path"]).read_bytes()
        except OSError as error:
            yield Violation(f"its report cannot be read: {error}", row["job_id"])
            continue
        if (len(content), hashlib.sha256(content).hexdigest()) != (row["size"], row["sha256"]):
            yield Violation(f"its report {row['path']} is not the one that was recorded", row["job_id"])
    for job in jobs.values():
        if job.task != "scanjobs.tasks.generate_report":
            continue
        if job.id not in recorded:
            yield Violation("a report job without its report", job.id)
        elif job.state is JobState.SUCCEEDED and recorded[job.id]["written_at"] is None:
            yield Violation("succeeded, and its report is not recorded as written", job.id)


def _junk(settings: Settings, reports: list[sqlite3.Row]) -> Iterator[Violation]:
    wanted = {row["path"] for row in reports}
    for path in sorted(settings.home.rglob("*")):
        is_known = str(path) in wanted or (path.parent == settings.home and _OURS.fullmatch(path.name))
        if not path.is_dir() and not is_known:
            yield Violation(f"{path.relative_to(settings.home)} was left behind")
