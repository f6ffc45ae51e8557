"""How much chaos, and what its processes find around them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from benchmarks.chaos_driver import tasks

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much of it, and for how long."""

    seconds: float = 600.0
    jobs: int = 6000
    seed: int = 1
    workers: int = 3
    submitters: int = 3
    lease_seconds: float = 3.0
    server: str = ""
    """The URL of a PostgreSQL database that two hosts share; without one, all share a file."""

    @property
    def drain_seconds(self) -> float:
        """How long everything that was accepted may take to end once the chaos is over."""
        return 60.0 + self.seconds / 2

    @property
    def jobs_a_second(self) -> float:
        """What one submitter submits."""
        return self.jobs / self.seconds / self.submitters


def environment(plan: Plan, folder: Path, host: str = "home") -> dict[str, str]:
    """The environment of every process of a run; on a server each host has a data folder of its own."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("SCANJOBS_")}
    server = {"SCANJOBS_DATABASE_URL": plan.server} if plan.server else {}
    return (
        others
        | server
        | {
            "SCANJOBS_HOME": str(folder / host),
            "SCANJOBS_LEASE_SECONDS": str(plan.lease_seconds),
            "SCANJOBS_TASKS": tasks.MODULE,
            "SCANJOBS_LOG_FORMAT": "json",
            "SCANJOBS_LOG_LEVEL": "debug",  # a crash then says where
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
            "XDG_RUNTIME_DIR": str(folder / "bells"),
            tasks.FOLDER_VARIABLE: str(folder),
        }
    )
