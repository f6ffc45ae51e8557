"""`scanjobs schedule`: look at periodic entries, add, change, pause, remove and run them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from scanjobs.commands.moments import parse_start
from scanjobs.commands.options import JsonOption, PriorityOption, parse_object
from scanjobs.domain.schedules import CatchUp, Declaration, Overlap

if TYPE_CHECKING:
    from scanjobs.domain.schedules import EntryRecord

app = typer.Typer(
    no_args_is_help=True, help="Look at periodic entries; add, change, pause, remove and run them."
)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name of an entry.")]
CronOption = Annotated[
    str | None,
    typer.Option("--cron", metavar="EXPRESSION", help="Minute, hour, day, month, weekday: '30 2 * * *'."),
]
EveryOption = Annotated[
    str | None, typer.Option("--every", metavar="DURATION", help="30s, 15m, 2h30m, 1d, 2w, 1mo, 1y.")
]
KwargsOption = Annotated[
    str | None, typer.Option("--kwargs", metavar="JSON", help="Arguments by name, as a JSON object.")
]
ZoneOption = Annotated[
    str | None, typer.Option("--zone", metavar="ZONE", help="Europe/Berlin, UTC; that of this host if none.")
]
StartOption = Annotated[
    str | None,
    typer.Option(
        "--start", metavar="MOMENT", help="Nothing before 2026-12-01T08:00; --every is counted from there."
    ),
]
CatchUpOption = Annotated[
    CatchUp | None,
    typer.Option("--catch-up", help="What was missed is run once (usual), all of it, or skipped."),
]
OverlapOption = Annotated[
    Overlap | None,
    typer.Option("--overlap", help="While a run has not ended: skip (usual), allow, queue one."),
]


@app.command("list")
def list_entries(json: JsonOption = False) -> None:
    """List the entries with their next and last run."""
    from scanjobs import config, console, tasks
    from scanjobs.commands.schedule_view import entries_table
    from scanjobs.jobs import schedule

    settings = config.current()
    tasks.meet_schedule(settings)
    found = schedule.entries(settings)
    if json:
        console.show_json(found)
    elif found:
        console.show(entries_table(found, config.now()))
    else:
        console.say("note", "The schedule is empty; `scanjobs schedule add --help` says how to fill it.")


@app.command("show")
def show(name: NameArgument, json: JsonOption = False) -> None:
    """Tell all about an entry, with its next five slots."""
    from scanjobs import config, console, tasks
    from scanjobs.commands.schedule_view import entry_view
    from scanjobs.jobs import schedule

    settings = config.current()
    tasks.meet_schedule(settings)
    found = schedule.entry(settings, name)
    if json:
        console.show_json([found])
    else:
        console.show(*entry_view(found, schedule.coming(found, 5)))


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the new entry.")],
    task: Annotated[
        str, typer.Argument(metavar="TASK", help="Module and name, for instance my_module.tidy_up.")
    ],
    cron: CronOption = None,
    every: EveryOption = None,
    kwargs: KwargsOption = None,
    zone: ZoneOption = None,
    start: StartOption = None,
    catch_up: CatchUpOption = None,
    overlap: OverlapOption = None,
    priority: PriorityOption = None,
    paused: Annotated[bool, typer.Option("--paused", help="Let it wait until it is resumed.")] = False,
    json: JsonOption = False,
) -> None:
    """Add an entry: a task, and when it runs."""
    from scanjobs import config, tasks
    from scanjobs.jobs import schedule

    if cron is None and every is None:
        raise typer.BadParameter("Say when: --cron '30 2 * * *', or --every 15m.")
    settings = config.current()
    tasks.meet_schedule(settings)
    values = _given(cron, every, kwargs, zone, start, catch_up, overlap, priority)
    full_name = tasks.check_call(task, values.setdefault("kwargs", {}))
    asked = Declaration(name=name, task=full_name, **values)
    _tell(schedule.add(settings, asked, is_paused=paused), json)


@app.command("edit")
def edit(
    name: NameArgument,
    task: Annotated[str | None, typer.Option("--task", help="Another task.")] = None,
    cron: CronOption = None,
    every: EveryOption = None,
    kwargs: KwargsOption = None,
    zone: ZoneOption = None,
    start: StartOption = None,
    catch_up: CatchUpOption = None,
    overlap: OverlapOption = None,
    priority: PriorityOption = None,
    as_declared: Annotated[
        bool, typer.Option("--as-declared", help="Undo all edits of an entry that code declares.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Change an entry; with new times it goes on from now."""
    from scanjobs import config, tasks
    from scanjobs.jobs import schedule

    settings = config.current()
    tasks.meet_schedule(settings)
    values = _given(cron, every, kwargs, zone, start, catch_up, overlap, priority)
    if as_declared:
        if values or task or name not in tasks.queue.declared:
            raise typer.BadParameter("--as-declared stands alone, and is for an entry that code declares.")
        return _tell(schedule.undo_edits(settings, tasks.queue.declared[name]), json)
    if not values and task is None:
        raise typer.BadParameter("Say what is to change; see --help.")
    found = schedule.entry(settings, name)
    if task is not None or "kwargs" in values:
        values["task"] = tasks.check_call(task or found.task, values.get("kwargs", found.kwargs))
    return _tell(schedule.edit(settings, name, values), json)


@app.command("pause")
def pause(name: NameArgument) -> None:
    """Let an entry pass its slots until it is resumed."""
    from scanjobs import config, console, tasks
    from scanjobs.jobs import schedule

    settings = config.current()
    tasks.meet_schedule(settings)
    schedule.pause(settings, name)
    console.show_line(f"{name} is paused; `{console.program()} schedule resume {name}` lets it go on")


@app.command("resume")
def resume(name: NameArgument) -> None:
    """Let a paused entry go on with its next slot."""
    from scanjobs import config, tasks
    from scanjobs.jobs import schedule

    settings = config.current()
    tasks.meet_schedule(settings)
    _tell(schedule.resume(settings, name), json=False)


@app.command("remove")
def remove(name: NameArgument) -> None:
    """Remove an entry that a user has added; its jobs stay."""
    from scanjobs import config, console, tasks
    from scanjobs.jobs import schedule

    settings = config.current()
    tasks.meet_schedule(settings)
    schedule.remove(settings, name, declared=tasks.queue.declared)
    console.show_line(f"{name} is removed")


@app.command("run")
def run(name: NameArgument, json: JsonOption = False) -> None:
    """Run an entry now, beside its slots; prints the id of the job."""
    from scanjobs import config, console, tasks
    from scanjobs.jobs import monitor, schedule

    settings = config.current()
    tasks.meet_schedule(settings)
    job = schedule.run(settings, tasks.queue, name)
    if json:
        console.show_json(monitor.among(settings, [job.id]))
    else:
        console.show_line(job.id)


def _given(
    cron: str | None,
    every: str | None,
    kwargs: str | None,
    zone: str | None,
    start: str | None,
    catch_up: CatchUp | None,
    overlap: Overlap | None,
    priority: int | None,
) -> dict[str, Any]:
    """What was said about an entry, by the names of `Declaration`."""
    if cron is not None and every is not None:
        raise typer.BadParameter("--cron and --every exclude each other.")
    values = {
        "when": f"every {every}" if every is not None else cron,
        "kwargs": None if kwargs is None else parse_object(kwargs),
        "zone": zone,
        "start": None if start is None else parse_start(start),
        "catch_up": catch_up,
        "overlap": overlap,
        "priority": priority,
    }
    return {name: value for name, value in values.items() if value is not None}


def _tell(entry: EntryRecord, json: bool) -> None:
    from scanjobs import console
    from scanjobs.commands.schedule_view import next_words

    if json:
        console.show_json([entry])
    else:
        console.show_line(f"{entry.name}  {entry.when}  {next_words(entry)}")
