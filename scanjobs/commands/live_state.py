"""What the live view shows and what is chosen in it, as a value that each key changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from scanjobs.domain.jobs import JobRecord, QueueRecord
from scanjobs.jobs.monitor import Status


class Pane(StrEnum):
    """Where one can choose something."""

    QUEUES = "queues"
    JOBS = "jobs"


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """The state of the screen between two keys."""

    status: Status | None = None
    """None until it was looked at for the first time."""
    trouble: str | None = None
    """Why the last look did not succeed."""
    pane: Pane = Pane.QUEUES
    queue: str | None = None
    """The name of the chosen queue, if one was chosen."""
    job: str | None = None
    """The id of the chosen job, if one was chosen."""
    place: int = 0
    """Where in its pane it was, for when it has gone."""
    note: str | None = None
    """What came of the last key."""
    asks_about: JobRecord | None = None
    """The job that it was asked whether to cancel."""

    @property
    def jobs(self) -> tuple[JobRecord, ...]:
        """What runs, what is started next, what waits for its time."""
        if self.status is None:
            return ()
        return (*self.status.running, *self.status.waiting, *self.status.scheduled)

    @property
    def queues(self) -> tuple[QueueRecord, ...]:
        """Every queue."""
        return () if self.status is None else self.status.queues

    @property
    def chosen_queue(self) -> QueueRecord | None:
        """The queue that a key is about."""
        place = self._place([one.name for one in self.queues], self.queue, Pane.QUEUES)
        return None if place is None else self.queues[place]

    @property
    def chosen_job(self) -> JobRecord | None:
        """The job that a key is about."""
        place = self._place([one.id for one in self.jobs], self.job, Pane.JOBS)
        return None if place is None else self.jobs[place]

    def seen(self, status: Status) -> View:
        """After a look."""
        return replace(self, status=status, trouble=None)

    def turned(self) -> View:
        """With the other pane, and what was chosen in it."""
        other = Pane.JOBS if self.pane is Pane.QUEUES else Pane.QUEUES
        return replace(self, pane=other, place=0).moved(0)

    def moved(self, steps: int) -> View:
        """With what stands so many lines further down chosen instead."""
        names = (
            [one.name for one in self.queues] if self.pane is Pane.QUEUES else [one.id for one in self.jobs]
        )
        chosen = self.queue if self.pane is Pane.QUEUES else self.job
        place = self._place(names, chosen, self.pane)
        if place is None:
            return self
        place = min(max(place + steps, 0), len(names) - 1)
        if self.pane is Pane.QUEUES:
            return replace(self, queue=names[place], place=place)
        return replace(self, job=names[place], place=place)

    def _place(self, names: list[str], chosen: str | None, pane: Pane) -> int | None:
        """Where what was chosen stands now; where it has gone, what has taken its place."""
        if not names:
            return None
        if chosen in names:
            return names.index(chosen)
        return min(self.place, len(names) - 1) if self.pane is pane else 0
