"""What is printed of a run: a table, and the story of each job that has none to be proud of."""

from __future__ import annotations

import sqlite3
import sys
from collections import Counter
from pathlib import Path

from benchmarks.chaos_driver import acts
from benchmarks.chaos_driver.examine import Findings
from benchmarks.chaos_driver.notes import Notes
from benchmarks.chaos_driver.plan import Plan
from benchmarks.chaos_driver.run import Chaos
from benchmarks.chaos_driver.violations import Violation


def print_table(plan: Plan, chaos: Chaos, notes: Notes, found: Findings) -> None:
    """What was done and what was found, a line each."""
    states = Counter(str(job.state) for job in found.jobs.values())
    again = [job_id for job_id, starts in notes.starts.items() if starts.total() > 1]
    unasked = [job_id for job_id in again if job_id in found.jobs and found.jobs[job_id].rescues]
    full = sum("is full" in told or "no room" in told for told in notes.refused)
    rows: list[tuple[str, object]] = [
        ("seconds of chaos", f"{plan.seconds:g}"),
        ("worker groups, submitters at once", f"{plan.workers}, {plan.submitters}"),
        *((told, chaos.acts.done[told]) for told in acts.DONE if told != "disk filled"),
        (
            "disk filled",
            chaos.acts.done["disk filled"] if chaos.disk else "left out: nothing can be mounted",
        ),
        ("submits refused (of them for want of room)", f"{len(notes.refused)} ({full})"),
        ("turns of a worker the database refused", notes.events["storage_refused"]),
        ("workers that could not begin or left unasked", len(chaos.crew.left)),
        ("jobs accepted, as noted", f"{len(notes.accepted):,}"),
        ("jobs in the database", f"{len(found.jobs):,}"),
        *((f"  {state}", f"{number:,}") for state, number in sorted(states.items())),
        ("rescues", found.rescues),
        ("longest until a killed worker's job was back", f"{found.longest_rescue_seconds:.1f} s"),
        ("jobs started more than once (of them rescued)", f"{len(again)} ({len(unasked)})"),
        ("cancels accepted", len(notes.cancels)),
        ("outcomes of stale workers refused", notes.events["outcome_refused"]),
        ("reports written", found.reports_written),
        ("longest wait of a job that was due", f"{found.longest_wait_seconds:.1f} s"),
        (
            "time to drain",
            "not drained" if chaos.drained_seconds is None else f"{chaos.drained_seconds:.1f} s",
        ),
        ("violations", len(found.violations)),
    ]
    print(f"Chaos with seed {plan.seed}, Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}")
    for told, value in rows:
        print(f"{told:<48}{value!s:>12}")


def print_violation(violation: Violation, folder: Path, found: Findings) -> None:
    """One violation with the story of its job and what the logs say of it."""
    print(f"\nviolation: {violation.told}")
    if violation.job_id is None:
        return
    print(f"  job {violation.job_id}")
    if job := found.jobs.get(violation.job_id):
        print(f"  {job.task}, {job.state}, attempt {job.attempt}, {job.rescues} rescues, error {job.error}")
        for event in job.events:
            print(f"    {event.at:%H:%M:%S.%f} {event.event} {event.facts or ''}")
    for path in sorted((folder / "logs").iterdir()):
        for line in path.read_text("utf-8", errors="replace").splitlines():
            if violation.job_id in line:
                print(f"    {path.stem}: {line[:400]}")
