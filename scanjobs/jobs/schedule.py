"""The schedule: entries are declared by code or added by users, changed, paused, removed, run by hand."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from scanjobs.config import Settings
from scanjobs.db import driver
from scanjobs.db.connection import Connection
from scanjobs.domain.clock import Clock
from scanjobs.domain.ids import new_id
from scanjobs.domain.schedules import Declaration, EntryRecord, EntryState
from scanjobs.domain.zones import first_moment_of, local_zone, zone_named
from scanjobs.errors import NotFoundError, StorageError, UsageError
from scanjobs.jobs import schedule_recorder, schedule_statements, telling, wakeup
from scanjobs.jobs.entry_rows import entry_record, every_entry, kwargs_text, noted, write
from scanjobs.jobs.job import Job
from scanjobs.jobs.queue import JobQueue
from scanjobs.jobs.rows import select
from scanjobs.jobs.runs import accept_run, task_of, with_run
from scanjobs.jobs.timing import slots_after, timing_of

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_TIMES = {"when", "zone", "start"}


def entries(settings: Settings) -> tuple[EntryRecord, ...]:
    """Every entry, by name."""
    return every_entry(settings)


def entry(settings: Settings, name: str) -> EntryRecord:
    """The entry of this name.

    Raises:
        NotFoundError: there is none.
    """
    rows = select(settings, schedule_statements.SELECT_ENTRY, {"name": name})
    if not rows:
        raise NotFoundError(
            f"The schedule has no entry {name}.", hint="`scanjobs schedule list` lists the entries."
        )
    return entry_record(rows[0])


def coming(one: EntryRecord, number: int) -> list[datetime]:
    """The next few slots of an entry."""
    if one.next_at is None:
        return []
    timing = timing_of(one.when, one.zone, one.start_at)
    return [one.next_at, *slots_after(timing, one.next_at, number - 1)]


def add(
    settings: Settings, asked: Declaration, *, is_paused: bool = False, clock: Clock | None = None
) -> EntryRecord:
    """Add an entry; its first slot is the next one from now on.

    Raises:
        UsageError: it has no meaning, or there is an entry of this name.
    """
    now = (clock or settings.clock).now()
    with _changing(settings):
        if not _insert(settings, asked, now, is_paused=is_paused):
            raise UsageError(
                f"The schedule has an entry {asked.name} already.",
                hint=f"Change it with `scanjobs schedule edit {asked.name}`, or choose another name.",
            )
        added = entry(settings, asked.name)
        telling.entry_created(settings, added, now)
    return added


def edit(
    settings: Settings, name: str, changes: Mapping[str, Any], *, clock: Clock | None = None
) -> EntryRecord:
    """Change what an entry does, or when; with new times it goes on from now.

    Args:
        settings: Of its database.
        name: Which entry.
        changes: New values by the names of `Declaration`.
        clock: What time it is.

    Raises:
        NotFoundError: there is no such entry.
        UsageError: a change has no meaning.
    """
    now = (clock or settings.clock).now()
    values = {key: value for key, value in changes.items() if key != "start"}
    with _changing(settings):
        old = entry(settings, name)
        new = replace(old, **values, is_edited=old.declared_in is not None)
        if _TIMES & changes.keys():
            start = changes.get("start") or (_whole(now) if "when" in changes else old.start_at)
            new = _moved(new, _in_zone(start, new.zone), now)
        changed = ", ".join(sorted(changes))
        _write(settings, noted(new, now, "edited", changed=changed))
        telling.entry_updated(settings, new, now, changed)
    return entry(settings, name)


def undo_edits(settings: Settings, asked: Declaration, *, clock: Clock | None = None) -> EntryRecord:
    """Let an entry be again what code declares.

    Raises:
        NotFoundError: there is no such entry.
    """
    now = (clock or settings.clock).now()
    with _changing(settings):
        old = replace(entry(settings, asked.name), is_edited=False)
        new = _as_declared(old, asked, now)
        _write(settings, noted(new, now, "as declared"))
        telling.entry_updated(settings, new, now, "as declared")
    return entry(settings, asked.name)


def pause(settings: Settings, name: str, *, clock: Clock | None = None) -> EntryRecord:
    """Let an entry pass its slots until it is resumed.

    Raises:
        NotFoundError: there is no such entry.
    """
    return _set_paused(settings, name, True, clock)


def resume(settings: Settings, name: str, *, clock: Clock | None = None) -> EntryRecord:
    """Let an entry go on from now; what passed while it was paused is not made up for.

    Raises:
        NotFoundError: there is no such entry.
    """
    return _set_paused(settings, name, False, clock)


def remove(
    settings: Settings, name: str, *, declared: Collection[str] = (), clock: Clock | None = None
) -> None:
    """Remove an entry; its jobs stay.

    Args:
        settings: Of its database.
        name: Which entry.
        declared: Names that code declares, which would come back at once.
        clock: What time it is.

    Raises:
        NotFoundError: there is no such entry.
        UsageError: code declares it.
    """
    found = entry(settings, name)
    if name in declared and found.declared_in is not None:
        raise UsageError(
            f"The entry {name} is declared in {found.declared_in} and would come back.",
            hint=f"Pause it with `scanjobs schedule pause {name}`, or take it out of the code.",
        )
    now = (clock or settings.clock).now()
    with driver.write(settings) as connection:
        if connection.execute(schedule_statements.DELETE_ENTRY, {"id": found.id}).rowcount:
            telling.entry_updated(settings, replace(found, next_at=None), now, "removed")


def run(settings: Settings, queue: JobQueue, name: str, *, clock: Clock | None = None) -> Job:
    """Run an entry now, beside its slots and whatever its state.

    Raises:
        NotFoundError: there is no such entry.
        UsageError: its task is not known here, or does not take its arguments any more.
    """
    now = (clock or settings.clock).now()
    found = entry(settings, name)
    task = task_of(queue, found)
    if task is None:
        raise UsageError(f"The task {found.task} is not known here.", hint="See the setting 'tasks'.")
    with queue.together([task]), driver.write(settings) as connection:
        found = entry(settings, name)
        job = accept_run(connection, queue, found, task, None, now)
        write(connection, noted(with_run(found, job.id, now), now, "run by hand", job=job.id))
    return job


def declare(settings: Settings, declarations: Iterable[Declaration], *, clock: Clock | None = None) -> None:
    """Bring the entries that code declares up to what it says now.

    One that a user has edited stays as it is. One that loaded code declared once and does not any more is
    marked, and does not run; code that is not loaded here says nothing about its entries.

    Raises:
        UsageError: a declaration has no meaning.
    """
    now = (clock or settings.clock).now()
    known = {one.name: one for one in entries(settings)}
    declared = {one.name: one for one in declarations}
    for asked in declared.values():
        old = known.get(asked.name)
        if old is None:
            _insert(settings, asked, now)
        elif old.declared_in is None:
            schedule_recorder.name_taken(asked)
        else:
            _bring_up(settings, old, asked, now)
    for old in known.values():
        gone = old.declared_in in sys.modules and old.name not in declared
        if gone and old.state is not EntryState.UNDECLARED:
            with driver.write(settings) as connection:
                values = {"id": old.id, "declared_in": old.declared_in, "declaration": None}
                connection.execute(schedule_statements.SET_DECLARED, {**values, "is_undeclared": True})
            schedule_recorder.entry_undeclared(old)


def _bring_up(settings: Settings, old: EntryRecord, asked: Declaration, now: datetime) -> None:
    said = _declaration_text(asked)
    (row,) = select(settings, schedule_statements.SELECT_ENTRY, {"name": old.name})
    if row["declaration"] == said:
        return
    with _changing(settings) as connection:
        old = entry(settings, old.name)
        if not old.is_edited:
            _write(settings, noted(_as_declared(old, asked, now), now, "declared anew"))
        values = {"id": old.id, "declared_in": asked.declared_in, "declaration": said}
        connection.execute(schedule_statements.SET_DECLARED, {**values, "is_undeclared": False})


def _as_declared(old: EntryRecord, asked: Declaration, now: datetime) -> EntryRecord:
    new = replace(
        old,
        task=asked.task,
        kwargs=asked.kwargs,
        when=asked.when,
        zone=asked.zone or old.zone,
        catch_up=asked.catch_up,
        overlap=asked.overlap,
        priority=asked.priority,
    )
    start = old.start_at if asked.start is None else _in_zone(asked.start, new.zone)
    moved = (new.when, new.zone, start) != (old.when, old.zone, old.start_at)
    if moved or old.state is EntryState.UNDECLARED:
        new = _moved(new, start, now)
    return new


def _insert(settings: Settings, asked: Declaration, now: datetime, *, is_paused: bool = False) -> bool:
    if not _NAME.fullmatch(asked.name):
        raise UsageError(
            f"{asked.name!r} cannot be the name of an entry.",
            hint="A name has letters, digits, '-', '_' and '.', for instance nightly-report.",
        )
    zone = asked.zone or local_zone()
    start = _whole(now) if asked.start is None else _in_zone(asked.start, zone)
    next_at = _first_slot(asked.when, zone, start, now)
    with _changing(settings) as connection:
        inserted = connection.execute(
            schedule_statements.INSERT_ENTRY,
            {
                "id": new_id(),
                "name": asked.name,
                "task": asked.task,
                "kwargs": kwargs_text(asked.kwargs),
                "timing": asked.when,
                "zone": zone,
                "start_at": start.timestamp(),
                "catch_up": asked.catch_up,
                "overlap": asked.overlap,
                "priority": asked.priority,
                "declared_in": asked.declared_in,
                "declaration": _declaration_text(asked) if asked.declared_in else None,
                "is_paused": is_paused,
                "next_at": None if next_at is None else next_at.timestamp(),
                "story": "",
            },
        ).rowcount
    return inserted == 1


@contextmanager
def _changing(settings: Settings) -> Iterator[Connection]:
    """A transaction that changes an entry; schedulers look at it after the commit."""
    with driver.write(settings) as connection:
        yield connection
        driver.after_commit(lambda: wakeup.ring(settings))


def _write(settings: Settings, changed: EntryRecord) -> None:
    with driver.write(settings) as connection:
        if not write(connection, changed):
            raise StorageError(
                f"The entry {changed.name} was changed in this moment.", hint="Look at it and try again."
            )


def _set_paused(settings: Settings, name: str, is_paused: bool, clock: Clock | None) -> EntryRecord:
    now = (clock or settings.clock).now()
    with _changing(settings) as connection:
        found = entry(settings, name)
        was_paused = found.state is not EntryState.ACTIVE
        new = noted(found, now, "paused" if is_paused else "resumed")
        if was_paused and not is_paused:
            new = _moved(new, new.start_at, now)
        _write(settings, new)
        connection.execute(schedule_statements.SET_PAUSED, {"id": found.id, "is_paused": is_paused})
        if was_paused is not is_paused:
            telling.entry_updated(settings, new, now, "paused" if is_paused else "resumed")
    return entry(settings, name)


def _moved(new: EntryRecord, start: datetime, now: datetime) -> EntryRecord:
    """The entry with its slots counted anew from now."""
    next_at = _first_slot(new.when, new.zone, start, now)
    return replace(new, start_at=start, next_at=next_at, waiting_at=None)


def _whole(now: datetime) -> datetime:
    return now.replace(microsecond=0)


def _first_slot(when: str, zone: str, start: datetime, now: datetime) -> datetime | None:
    return timing_of(when, zone, start).next_after(max(now, start - timedelta(seconds=1)))


def _in_zone(moment: datetime, zone: str) -> datetime:
    """A moment that names no zone is one of the entry's."""
    return moment if moment.tzinfo is not None else first_moment_of(moment, zone_named(zone))


def _declaration_text(asked: Declaration) -> str:
    values = {key: value for key, value in asdict(asked).items() if key != "declared_in"}
    return json.dumps(values, default=str, sort_keys=True)
