"""What is to become of the slots of an entry that have come: decided by values alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from scanjobs.domain.schedules import CatchUp, EntryRecord, Overlap
from scanjobs.jobs.timing import Timing, last_until, timing_of

GRACE = timedelta(minutes=1)
"""A slot that is later than this was missed."""
MOST_SLOTS = 50
"""So many slots of one entry become jobs in one transaction, which stays short; the others follow."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What to do with an entry now."""

    runs: tuple[datetime, ...] = ()
    """Slots that become jobs."""
    next_at: datetime | None
    """Where it goes on; a slot before that is never looked at again, whatever the clock does."""
    waiting_at: datetime | None = None
    skipped: datetime | None = None
    """A slot that passes since an earlier run has not ended."""
    missed: tuple[datetime, datetime | None] | None = None
    """Slots from the first moment on and before the second pass, since no scheduler ran then."""


def plan(entry: EntryRecord, now: datetime, *, is_unfinished: bool) -> Plan | None:
    """What to do with an entry; None where there is nothing to do.

    Args:
        entry: As it is in the database.
        now: What time it is.
        is_unfinished: Whether an earlier run of it waits or runs.

    Raises:
        UsageError: its times cannot be read any more.
    """
    if entry.waiting_at is not None and not is_unfinished:
        return Plan(runs=(entry.waiting_at,), next_at=entry.next_at)
    if entry.next_at is None or entry.next_at > now:
        return None
    timing = timing_of(entry.when, entry.zone, entry.start_at)
    if entry.catch_up is CatchUp.ALL:
        return _each(entry, entry.next_at, timing, now, is_unfinished)
    slot = last_until(timing, entry.next_at, now)
    next_at = timing.next_after(slot)
    missed = (entry.next_at, slot) if slot > entry.next_at else None
    if entry.catch_up is CatchUp.SKIP and now - slot > GRACE:
        return Plan(next_at=next_at, waiting_at=entry.waiting_at, missed=(entry.next_at, next_at))
    return _one(entry, slot, next_at, is_unfinished, missed)


def _each(
    entry: EntryRecord, slot: datetime, timing: Timing, now: datetime, is_unfinished: bool
) -> Plan | None:
    if entry.overlap is Overlap.ALLOW:
        runs = [slot]
        while (following := timing.next_after(runs[-1])) is not None and following <= now:
            if len(runs) == MOST_SLOTS:
                break
            runs.append(following)
        return Plan(runs=tuple(runs), next_at=following)
    if is_unfinished and now - slot > GRACE:
        return None  # its turn comes when the run before it has ended
    return _one(entry, slot, timing.next_after(slot), is_unfinished, None)


def _one(
    entry: EntryRecord,
    slot: datetime,
    next_at: datetime | None,
    is_unfinished: bool,
    missed: tuple[datetime, datetime | None] | None,
) -> Plan:
    if not is_unfinished or entry.overlap is Overlap.ALLOW:
        return Plan(runs=(slot,), next_at=next_at, missed=missed)
    if entry.overlap is Overlap.QUEUE and entry.waiting_at is None:
        return Plan(next_at=next_at, waiting_at=slot, missed=missed)
    return Plan(next_at=next_at, waiting_at=entry.waiting_at, skipped=slot, missed=missed)
