"""What must hold for the reports and the data folder: each report whole, and nothing else left."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from benchmarks.chaos_driver.violations import Violation
from scanjobs.config import Settings
from scanjobs.domain.jobs import JobRecord, JobState

REPORT_TASK = "scanjobs.tasks.generate_report"

_OURS = re.compile(r"scanjobs\.db(-wal|-shm)?|migration\.lock|config\.toml")
_LAST_BYTES = {"pdf": b"%%EOF", "html": b"</html>"}


def recorded(jobs: dict[str, JobRecord], reports: list[sqlite3.Row]) -> Iterator[Violation]:
    """Every report has its job and every report job its report, and the file is the one that was recorded."""
    for row in reports:
        if row["job_id"] not in jobs:
            yield Violation(f"the report {row['id']} was recorded without its job", row["job_id"])
        yield from _file(row)
    of_job = {row["job_id"]: row for row in reports}
    for job in jobs.values():
        if job.task != REPORT_TASK:
            continue
        if job.id not in of_job:
            yield Violation("a report job without its report", job.id)
        elif job.state is JobState.SUCCEEDED and of_job[job.id]["written_at"] is None:
            yield Violation("succeeded, and its report is not recorded as written", job.id)


def left_behind(settings: Settings, reports: list[sqlite3.Row]) -> Iterator[Violation]:
    """Files of the data folder that nothing speaks of."""
    wanted = {row["path"] for row in reports}
    for path in sorted(settings.home.rglob("*")):
        is_known = str(path) in wanted or (path.parent == settings.home and _OURS.fullmatch(path.name))
        if not path.is_dir() and not is_known:
            yield Violation(f"{path.relative_to(settings.home)} was left behind")


def _file(row: sqlite3.Row) -> Iterator[Violation]:
    path = Path(row["path"])
    if row["written_at"] is None:
        # Whoever wrote it may have been killed before he could record it; it is whole all the same.
        if path.exists() and not is_whole(row["format"], path.read_bytes()):
            yield Violation(f"its report {path} is in pieces, and nobody has recorded it", row["job_id"])
        return
    try:
        content = path.read_bytes()
    except OSError as error:
        yield Violation(f"its report cannot be read: {error}", row["job_id"])
        return
    if (len(content), hashlib.sha256(content).hexdigest()) != (row["size"], row["sha256"]):
        yield Violation(f"its report {path} is not the one that was recorded", row["job_id"])
    elif not is_whole(row["format"], content):
        yield Violation(f"its report {path} is in pieces, and was recorded so", row["job_id"])


def is_whole(format: str, content: bytes) -> bool:
    """Whether a report ends as one of its format does."""
    if format == "json":
        try:
            json.loads(content)
        except ValueError:
            return False
        return True
    if format == "xlsx":
        return content[-22:-18] == b"PK\x05\x06"  # the last record of a ZIP archive
    return content.rstrip().endswith(_LAST_BYTES[format]) if format in _LAST_BYTES else content[-1:] == b"\n"
