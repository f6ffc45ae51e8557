"""What a check answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Violation:
    """Something that must not be; with the job it is about, where it is about one."""

    told: str
    job_id: str | None = None
