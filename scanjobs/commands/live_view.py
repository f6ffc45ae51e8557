"""How the live view looks: one screen of a given size, drawn from the state of the view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.console import Group
from rich.text import Text

from scanjobs import console
from scanjobs.commands.columns import Column, laid_out
from scanjobs.commands.live_state import Pane, View
from scanjobs.commands.status_view import busy, outcome, soon, what
from scanjobs.domain.ids import short
from scanjobs.domain.jobs import QUEUES, WITH_OTHERS, JobRecord, JobState
from scanjobs.jobs.monitor import Status

BAR = 10
"""Characters of a bar of progress."""
KEYS = (
    ("q", "quit"),
    ("↑↓", "choose"),
    ("tab", "queues or jobs"),
    ("p", "pause or resume"),
    ("c", "cancel"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A table of the screen."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Text]]
    chosen: int | None = None
    """The row that a key is about."""
    is_active: bool = False
    """Whether keys move in it."""
    nothing: str = ""
    """Said where it has no rows; without it, it is left out then."""
    total: int = 0
    """How many rows there would be, where not all were looked up."""
    rank: int = 0
    """Sections with a higher one are the first to be cut and to be left out."""


def draw(view: View, width: int, height: int) -> Group:
    """The whole screen, of this size exactly."""
    lines = [_title(view, width)]
    if view.status is not None:
        sections = [one for one in _sections(view, view.status) if one.rows or one.nothing]
        lines += _stacked(sections, width, height - 2)
    lines = lines[: max(0, height - 1)]
    lines += [Text()] * (height - 1 - len(lines))
    return Group(*lines, _footer(view, width))


def _title(view: View, width: int) -> Text:
    line = Text("scanjobs", style="bold", no_wrap=True)
    status = view.status
    if status is None:
        told = Text("  looking …")
    else:
        alive = sum(one.is_alive for one in status.workers)
        counts = [
            console.counted(alive, "worker"),
            f"{sum(one.running for one in status.queues):,} running",
            f"{sum(one.queued for one in status.queues):,} waiting",
            f"{sum(one.per_minute for one in status.queues):,.0f} a minute",
        ]
        told = Text("  " + ", ".join(counts))
        at = f"{status.at.astimezone():%H:%M:%S}"
        room = width - len(line) - told.cell_len - len(at)
        if room > 0:
            told.append(" " * room + at, style="dim")
    told.stylize("not bold")
    line.append_text(told)
    line.truncate(width, overflow="crop")
    return line


def _footer(view: View, width: int) -> Text:
    if view.asks_about is not None:
        job = view.asks_about
        how = "It was asked to end already. End its process" if job.cancel else "Cancel"
        line = Text.assemble((f"{how}: {what(job)} ({short(job.id)})?", "bold"), "  y/n")
    elif view.trouble is not None:
        line = Text(console.printable(view.trouble), style="bold red")
    elif view.note is not None:
        line = Text(console.printable(view.note), style="bold")
    else:
        line = Text("  ").join(Text.assemble((key, "bold"), " ", meaning) for key, meaning in KEYS)
    line.no_wrap = True
    line.truncate(width, overflow="ellipsis")
    return line


def _stacked(sections: Sequence[Section], width: int, height: int) -> list[Text]:
    """The sections beneath each other, cut to what fits, the chosen rows among it."""
    kept = list(sections)
    while kept and 2 * len(kept) > height:
        kept.remove(max(kept, key=lambda one: one.rank))
    shown = {id(one): 1 for one in kept}
    left = height - 2 * len(kept)
    for one in sorted(kept, key=lambda one: one.rank):
        most = 3 if one.rank else len(one.rows)
        more = max(0, min(left, min(len(one.rows), most) - 1))
        shown[id(one)] += more
        left -= more
    air = len(kept) if left >= 2 * len(kept) else 0
    left -= air
    for one in sorted(kept, key=lambda one: one.rank):
        more = max(0, min(left, len(one.rows) - shown[id(one)]))
        shown[id(one)] += more
        left -= more
    is_airy = air + left >= len(kept)
    lines: list[Text] = []
    for one in kept:
        if is_airy:
            lines.append(Text())
        lines += _section_lines(one, shown[id(one)], width)
    return lines


def _section_lines(section: Section, shown: int, width: int) -> list[Text]:
    if not section.rows:
        heading, _ = laid_out(section.columns, [], width)
        return [heading, Text(section.nothing, no_wrap=True, overflow="ellipsis")]
    first = 0
    if section.chosen is not None and section.chosen >= shown:
        first = min(section.chosen - shown // 2, len(section.rows) - shown)
    rows = section.rows[first : first + shown]
    heading, lines = laid_out(section.columns, rows, width)
    hidden = max(section.total, len(section.rows)) - len(rows)
    if hidden:
        heading.rstrip()
        told = f"  {hidden:,} more"
        heading.truncate(max(0, width - len(told)), overflow="ellipsis")
        heading.append(told, style="dim")
    if section.chosen is not None and section.is_active:
        place = section.chosen - first
        line = Text(lines[place].plain, style="reverse", no_wrap=True, overflow="crop")
        line.pad_right(max(0, width - line.cell_len))
        return [heading, *lines[:place], line, *lines[place + 1 :]]
    return [heading, *lines]


def _sections(view: View, status: Status) -> list[Section]:
    return [
        _workers(status),
        _queues(view, status),
        _jobs(view, status),
        _results(status),
        _coming(status),
    ]


def _workers(status: Status) -> Section:
    return Section(
        columns=[
            Column(title="Worker"),
            Column(title="State"),
            Column(title="Process", leaves=3, gives_way=True),
            Column(title="Pool", leaves=4),
            Column(title="Queues", gives_way=True),
            Column(title="Busy", is_right=True),
            Column(title="Memory", is_right=True, leaves=1),
            Column(title="Done", is_right=True),
            Column(title="Failed", is_right=True),
            Column(title="Up", is_right=True, leaves=2),
        ],
        rows=[
            [
                console.identifier(one.id),
                Text("alive", style="green") if one.is_alive else Text("dead", style="bold red"),
                Text(str(one.pid) if one.is_here else f"{one.host}:{one.pid}"),
                Text(one.pool),
                Text("all" if set(one.queues) == set(QUEUES) else ", ".join(one.queues)),
                Text(busy(one)),
                Text("–" if one.memory is None else f"{one.memory / 1e6:,.0f} MB"),
                Text(f"{one.succeeded:,}"),
                Text(f"{one.failed:,}", style="bold red" if one.failed else ""),
                Text(console.duration(status.at - one.started_at)),
            ]
            for one in status.workers
        ],
        nothing="No worker runs. Start one with `scanjobs worker`.",
        rank=2,
    )


def _queues(view: View, status: Status) -> Section:
    chosen = view.chosen_queue
    return Section(
        columns=[
            Column(title="Queue", gives_way=True),
            Column(title=""),
            Column(title="Waiting", is_right=True),
            Column(title="Scheduled", is_right=True, leaves=2),
            Column(title="Running", is_right=True),
            Column(title="A minute", is_right=True, leaves=1),
            Column(title="Oldest", leaves=3),
        ],
        rows=[
            [
                Text(console.printable(one.name)),
                Text("paused", style="bold magenta") if one.is_paused else Text(),
                Text(f"{one.queued:,}"),
                Text(f"{one.scheduled:,}"),
                Text(f"{one.running:,}"),
                Text(f"{one.per_minute:,.1f}"),
                Text(console.ago(one.oldest_at, status.at) if one.oldest_at else "–"),
            ]
            for one in status.queues
        ],
        chosen=None if chosen is None else status.queues.index(chosen),
        is_active=view.pane is Pane.QUEUES,
        rank=0,
    )


def _jobs(view: View, status: Status) -> Section:
    chosen = view.chosen_job
    return Section(
        columns=[
            Column(title="Job"),
            Column(title="Running, then waiting", gives_way=True, narrowest=29),
            Column(title="State"),
            Column(title="Progress", leaves=1),
            Column(title="", gives_way=True, narrowest=10, leaves=2),
            Column(title="For", is_right=True),
            Column(title="Worker", leaves=3),
        ],
        rows=[_job(one, status.at) for one in view.jobs],
        chosen=None if chosen is None else view.jobs.index(chosen),
        is_active=view.pane is Pane.JOBS,
        nothing="Nothing runs and nothing waits.",
        total=sum(one.running + one.queued + one.scheduled for one in status.queues),
        rank=1,
    )


def _job(job: JobRecord, now: datetime) -> list[Text]:
    is_running = job.state is JobState.RUNNING
    if is_running:
        when = console.duration(now - job.started_at) if job.started_at else "–"
    elif job.state is JobState.QUEUED:
        when = console.duration(now - job.created_at)
    else:
        when = "after others" if job.run_at == WITH_OTHERS else soon(job.run_at, now)
    phase = (job.progress_phase or "") if is_running else (job.error or "")
    return [
        console.identifier(job.id),
        Text(what(job)),
        Text("ending", style="magenta") if is_running and job.cancel else console.state(job.state),
        _bar(job.progress or 0) if is_running else Text(),
        Text(console.printable(phase)),
        Text(when),
        console.identifier(job.worker_id) if is_running and job.worker_id else Text(),
    ]


def _bar(percent: float) -> Text:
    done = min(BAR, round(percent / 100 * BAR))
    return Text.assemble(("━" * done, "cyan"), ("─" * (BAR - done), "dim"), f" {percent:3.0f}%")


def _results(status: Status) -> Section:
    shown = {one.id for one in status.failed}
    results = [*status.failed, *(one for one in status.finished if one.id not in shown)]
    return Section(
        columns=[
            Column(title="Job"),
            Column(title="Failed, then other results", gives_way=True, narrowest=22),
            Column(title="State"),
            Column(title="Ended", leaves=1),
            Column(title="Took", is_right=True, leaves=2),
            Column(title="Outcome", gives_way=True),
        ],
        rows=[
            [
                console.identifier(one.id),
                Text(what(one)),
                console.state(one.state),
                Text(console.ago(one.finished_at, status.at)),
                Text(
                    console.duration(one.finished_at - one.started_at)
                    if one.finished_at and one.started_at
                    else "–"
                ),
                Text(outcome(one)),
            ]
            for one in results
        ],
        rank=3,
    )


def _coming(status: Status) -> Section:
    return Section(
        columns=[
            Column(title="Next run", gives_way=True),
            Column(title="When", gives_way=True, leaves=2),
            Column(title="Starts"),
            Column(title="Last outcome", gives_way=True, leaves=1),
        ],
        rows=[
            [
                Text(one.name, style="cyan"),
                Text(console.printable(one.when)),
                Text(soon(one.next_at, status.at)),
                Text(f"{one.last_outcome or 'under way'}, {console.ago(one.last_at, status.at)}")
                if one.last_at
                else Text("–"),
            ]
            for one in status.coming
        ],
        rank=4,
    )
