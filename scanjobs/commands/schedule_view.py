"""How the schedule looks in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from scanjobs import console
from scanjobs.domain.jobs import JobState
from scanjobs.domain.schedules import EntryRecord, EntryState


def entries_table(entries: Sequence[EntryRecord], now: datetime) -> Table:
    """One entry a line."""
    table = console.table("Entry", "When", "Next", "Last", "Outcome")
    for entry in entries:
        table.add_row(
            Text(entry.name, style="cyan"),
            console.printable(entry.when),
            _next(entry),
            console.ago(entry.last_at, now),
            _outcome(entry),
        )
    return table


def entry_view(entry: EntryRecord, coming: Sequence[datetime]) -> Iterator[RenderableType]:
    """Everything that is known about one entry, its next slots, and what happened to it last."""
    yield Text.assemble((entry.name, "bold cyan"), "  runs ", (entry.task, "bold"))
    yield console.facts(_facts(entry, coming))
    if entry.events:
        yield ""
        table = console.table("When", "What happened", "")
        for event in entry.events:
            told = ", ".join(f"{key} {value}" for key, value in event.facts.items())
            table.add_row(_shown(event.at, entry.zone), event.event, console.printable(told))
        yield table


def next_words(entry: EntryRecord) -> str:
    """When an entry runs next, in words."""
    if entry.state is not EntryState.ACTIVE:
        return f"is {entry.state}"
    return f"runs next on {_shown(entry.next_at, entry.zone)}" if entry.next_at else "is never due again"


def _facts(entry: EntryRecord, coming: Sequence[datetime]) -> Iterator[tuple[str, RenderableType]]:
    yield "when", f"{entry.when}, in {entry.zone}"
    yield "state", _state(entry)
    for name, value in entry.kwargs.items():
        yield name, str(value)
    yield "catch-up", str(entry.catch_up)
    yield "overlap", str(entry.overlap)
    if entry.priority is not None:
        yield "priority", str(entry.priority)
    if entry.declared_in is not None:
        yield "declared", f"in {entry.declared_in}" + (", edited since" if entry.is_edited else "")
    for index, slot in enumerate(coming if entry.state is EntryState.ACTIVE else ()):
        yield "" if index else "next", _shown(slot, entry.zone)
    if entry.waiting_at is not None:
        yield "waiting", f"{_shown(entry.waiting_at, entry.zone)}, until the run before it has ended"
    if entry.last_at is not None:
        yield "last", f"{_shown(entry.last_at, entry.zone)}, job {entry.last_job_id}"
    if entry.last_outcome is not None:
        yield "outcome", _outcome(entry)
    if entry.last_error is not None:
        yield "error", entry.last_error
    yield "runs", f"{entry.runs:,}" + (f", and {entry.skipped:,} skipped" if entry.skipped else "")


def _next(entry: EntryRecord) -> Text:
    if entry.state is not EntryState.ACTIVE:
        return _state(entry)
    return Text("never" if entry.next_at is None else _shown(entry.next_at, entry.zone))


def _state(entry: EntryRecord) -> Text:
    return Text(str(entry.state), style="green" if entry.state is EntryState.ACTIVE else "yellow")


def _outcome(entry: EntryRecord) -> Text:
    if entry.last_outcome is None:
        return Text("–")
    known = entry.last_outcome in list(JobState)
    return (
        console.state(JobState(entry.last_outcome)) if known else Text(entry.last_outcome, style="bold red")
    )


def _shown(moment: datetime, zone: str) -> str:
    """A moment in the zone of its entry, to the second only where there are seconds."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%d %H:%M:%S %Z}" if local.second else f"{local:%Y-%m-%d %H:%M %Z}"
