"""Follows submitted jobs to their end, with a worker of their own where none lives."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence

from rich.progress import Progress, TaskID

from scanjobs import console
from scanjobs.config import Settings
from scanjobs.domain.ids import short
from scanjobs.domain.jobs import JobRecord, JobState
from scanjobs.errors import ExitCode, JobError
from scanjobs.jobs import monitor

LOOK_SECONDS = 0.05
SERVED_SECONDS = 1.0
MOST_HELPERS = 3


def print_submitted(settings: Settings, jobs: Sequence[JobRecord], queue: str) -> None:
    """Tell which jobs were accepted, and how to have them done."""
    for job in jobs:
        console.show_line(f"{job.id}  {_subject(job)}")
    if not monitor.is_served(settings, queue):
        console.warn(
            f"No worker runs, so {'these jobs wait' if len(jobs) > 1 else 'this job waits'} in the queue.",
            "Start one with `scanjobs worker`, or add --wait to have it done now.",
        )


def follow(settings: Settings, ids: Sequence[str], queue: str) -> Sequence[JobRecord]:
    """Show the progress of jobs until all have ended, with a worker of their own where none lives.

    Raises:
        JobError: workers that were started for them ended before the jobs did, again and again.
    """
    helpers = _Helpers(settings, ids, queue)
    try:
        with console.progress() as bars:
            shown: dict[str, TaskID] = {}
            while True:
                jobs = monitor.among(settings, ids)
                _show(bars, shown, jobs)
                if all(job.state.is_final for job in jobs):
                    return jobs
                helpers.see_that_somebody_works()
                time.sleep(LOOK_SECONDS)
    except KeyboardInterrupt:
        console.warn("Nothing is lost: what has not ended stays in the queue.", "See `scanjobs status`.")
        raise
    finally:
        helpers.wait()


class _Helpers:
    """Starts a worker for a few jobs where none lives, also when the one that did has died since."""

    def __init__(self, settings: Settings, ids: Sequence[str], queue: str) -> None:
        self._settings, self._ids, self._queue = settings, ids, queue
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0
        self._looked_at = float("-inf")

    def see_that_somebody_works(self) -> None:
        """Look now and then; start a worker where it is needed."""
        if self._process is not None and self._process.poll() is None:
            return
        if time.monotonic() - self._looked_at < SERVED_SECONDS:
            return
        self._looked_at = time.monotonic()
        if monitor.is_served(self._settings, self._queue):
            return
        if self._started == MOST_HELPERS:
            raise JobError(
                f"{self._started} workers in a row ended before the jobs did.",
                hint="The jobs are kept: see `scanjobs status`, go on with `scanjobs worker`.",
            )
        self._started += 1
        self._process = _start_worker(self._settings, self._ids)

    def wait(self) -> None:
        """Let it end in good order: it does so when its jobs have ended, or when it was interrupted too."""
        if self._process is not None:
            self._process.wait()


def report_outcomes(jobs: Sequence[JobRecord]) -> ExitCode:
    """Say which jobs failed, on stderr; the exit code that follows."""
    failed = [job for job in jobs if job.state is not JobState.SUCCEEDED]
    for job in failed:
        what = f"{_subject(job)} (job {short(job.id)})"
        console.show_error(JobError(f"{what} {job.state}: {job.error}", hint=job.hint))
    return ExitCode.FAILURE if failed else ExitCode.OK


def _start_worker(settings: Settings, ids: Sequence[str]) -> subprocess.Popen[bytes]:
    """A worker that runs these jobs and ends with them."""
    # -P: not from the folder we stand in, where some scanjobs.py may lie.
    command = [sys.executable, "-P", "-m", "scanjobs", "--home", str(settings.home), "--log-level", "error"]
    return subprocess.Popen([*command, "worker", *(word for job_id in ids for word in ("--only", job_id))])


def _show(bars: Progress, shown: dict[str, TaskID], jobs: Sequence[JobRecord]) -> None:
    for job in jobs:
        if job.id not in shown:
            shown[job.id] = bars.add_task(_subject(job), total=100, note="")
        bars.update(shown[job.id], completed=job.progress or 0, note=_note(job))


def _subject(job: JobRecord) -> str:
    """What a job makes: the format of a report, else its task, and the scan where it is of one."""
    if "format" in job.arguments:
        return str(job.arguments["format"])
    name = job.task.rpartition(".")[2]
    return f"{name} {short(str(job.arguments['scan_id']))}" if "scan_id" in job.arguments else job.task


def _note(job: JobRecord) -> str:
    if job.state is JobState.RETRYING:
        return f"will be retried: {job.error}"
    return job.progress_phase or str(job.state)
