"""Follows submitted jobs to their end, with a worker of their own where none lives."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence

from scanjobs import console
from scanjobs.config import Settings
from scanjobs.domain.ids import short
from scanjobs.domain.jobs import JobRecord, JobState
from scanjobs.errors import ExitCode, JobError
from scanjobs.jobs import monitor

LOOK_SECONDS = 0.05


def print_submitted(settings: Settings, jobs: Sequence[JobRecord], queue: str) -> None:
    """Tell which jobs were accepted, and how to have them done."""
    for job in jobs:
        console.show_line(f"{job.id}  {job.arguments.get('format', '')}")
    if not monitor.is_served(settings, queue):
        console.warn(
            f"No worker runs, so {'these jobs wait' if len(jobs) > 1 else 'this job waits'} in the queue.",
            "Start one with `scanjobs worker`, or add --wait to have it done now.",
        )


def follow(settings: Settings, ids: Sequence[str], queue: str) -> Sequence[JobRecord]:
    """Show the progress of jobs until all have ended; answers them as they ended.

    Raises:
        JobError: the worker that was started for them could not run.
    """
    helper = None if monitor.is_served(settings, queue) else _start_worker(settings, ids)
    try:
        return _watch(settings, ids, helper)
    except KeyboardInterrupt:
        console.warn("The jobs stay in the queue.", "Run them with `scanjobs worker`.")
        raise


def report_outcomes(jobs: Sequence[JobRecord]) -> ExitCode:
    """Say which jobs failed, on stderr; the exit code that follows."""
    failed = [job for job in jobs if job.state is not JobState.SUCCEEDED]
    for job in failed:
        what = f"{job.arguments.get('format', job.task)} (job {short(job.id)})"
        console.show_error(JobError(f"{what} {job.state}: {job.error}", hint=job.hint))
    return ExitCode.FAILURE if failed else ExitCode.OK


def _start_worker(settings: Settings, ids: Sequence[str]) -> subprocess.Popen[bytes]:
    """A worker that runs these jobs and ends with them."""
    command = [sys.executable, "-m", "scanjobs", "--home", str(settings.home), "--log-level", "error"]
    return subprocess.Popen([*command, "worker", *(word for job_id in ids for word in ("--only", job_id))])


def _watch(
    settings: Settings, ids: Sequence[str], helper: subprocess.Popen[bytes] | None
) -> Sequence[JobRecord]:
    with console.progress() as bars:
        shown = {}
        while True:
            jobs = monitor.among(settings, ids)
            for job in jobs:
                if job.id not in shown:
                    shown[job.id] = bars.add_task(job.arguments.get("format", job.task), total=100, note="")
                bars.update(shown[job.id], completed=job.progress or 0, note=_note(job))
            if all(job.state.is_final for job in jobs):
                break
            if helper is not None and helper.poll() is not None:
                # Ended, and yet not all is done: look once more, then give up.
                jobs = monitor.among(settings, ids)
                if not all(job.state.is_final for job in jobs):
                    raise JobError(
                        f"The worker ended with exit code {helper.returncode} before the jobs did.",
                        hint="The jobs are still in the queue: run `scanjobs worker`.",
                    )
            time.sleep(LOOK_SECONDS)
    if helper is not None:
        helper.wait()
    return jobs


def _note(job: JobRecord) -> str:
    if job.state is JobState.RETRYING:
        return f"will be retried: {job.error}"
    return job.progress_phase or str(job.state)
