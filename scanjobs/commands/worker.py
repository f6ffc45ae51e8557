"""`scanjobs worker`: run jobs."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from scanjobs.commands.options import known_queue
from scanjobs.domain.jobs import QUEUES

if TYPE_CHECKING:
    from scanjobs.jobs.claiming import Share


class UnitKind(StrEnum):
    """Whose systemd runs the worker."""

    USER = "user"
    SYSTEM = "system"


class PoolKind(StrEnum):
    """What jobs run in."""

    PROCESS = "process"
    THREAD = "thread"
    SOLO = "solo"


def worker(
    queue: Annotated[
        list[str] | None,
        typer.Option(
            "--queue", "-q", metavar="QUEUE[=N]", help="Serve this queue, at most N jobs at once; repeatable."
        ),
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", "-c", min=1, max=256, help="Jobs at once.")
    ] = None,
    autoscale: Annotated[
        str | None,
        typer.Option(
            "--autoscale",
            metavar="MAX,MIN",
            help="Instead of --concurrency: up to MAX jobs at once while many wait, MIN when it is quiet.",
        ),
    ] = None,
    pool: Annotated[
        PoolKind,
        typer.Option(
            "--pool",
            help="What jobs run in. process: limits end whatever a job does. thread: for many jobs that "
            "mostly wait. solo: one at a time, in the main thread, for debuggers and profilers. In the last "
            "two, limits are cooperative.",
        ),
    ] = PoolKind.PROCESS,
    drain: Annotated[bool, typer.Option("--drain", help="End when nothing is left to do.")] = False,
    max_jobs_per_child: Annotated[
        int, typer.Option("--max-jobs-per-child", min=1, help="Replace a child after so many jobs.")
    ] = 1000,
    shutdown_timeout: Annotated[
        float | None,
        typer.Option(
            "--shutdown-timeout",
            min=0,
            metavar="SECONDS",
            help="When leaving, give back jobs that run longer than this.",
        ),
    ] = None,
    systemd: Annotated[
        UnitKind | None,
        typer.Option(
            "--systemd",
            help="Print a unit that runs this worker, of the user or of the system, and do nothing.",
        ),
    ] = None,
    schedule: Annotated[
        bool, typer.Option("--schedule/--no-schedule", help="Run the schedule too; --drain does not.")
    ] = True,
    only: Annotated[list[str] | None, typer.Option("--only", hidden=True)] = None,
) -> None:
    """Run jobs until Ctrl-C; running jobs finish first, a second Ctrl-C ends at once."""
    from scanjobs import config, console, tasks
    from scanjobs.jobs.supervisor import Supervisor
    from scanjobs.jobs.ticker import Ticker

    if autoscale and concurrency:
        raise typer.BadParameter("--autoscale and --concurrency exclude each other.")
    if pool is PoolKind.SOLO and (autoscale or concurrency not in (None, 1)):
        raise typer.BadParameter(
            "--pool solo runs one job at a time; leave --concurrency and --autoscale out."
        )
    most, least = _span(autoscale) if autoscale else (concurrency, None)
    settings = config.current()
    if systemd is not None:
        _print_unit(systemd)
        return
    console.log_to_stderr(settings)
    tasks.load_tasks(settings)
    is_scheduler = schedule and not (drain or only)
    if is_scheduler:
        tasks.meet_schedule(settings)
    Supervisor(
        tasks.queue,
        settings,
        share=_share(queue or [], only or []),
        concurrency=1 if pool is PoolKind.SOLO else most or settings.concurrency,
        least=least,
        pool=pool,
        drain=drain or bool(only),
        most_jobs_per_child=max_jobs_per_child,
        shutdown_seconds=shutdown_timeout,
        ticker=Ticker(tasks.queue, settings) if is_scheduler else None,
    ).run()


def _print_unit(kind: UnitKind) -> None:
    import sys
    from pathlib import Path

    from scanjobs import config, console
    from scanjobs.jobs.systemd import unit

    asked = sys.argv[sys.argv.index("worker") + 1 :]
    at = next(at for at, word in enumerate(asked) if word.startswith("--systemd"))
    rest = asked[:at] + asked[at + (1 if "=" in asked[at] else 2) :]
    is_system = kind is UnitKind.SYSTEM
    home = Path("/var/lib/scanjobs") if is_system else config.current().home
    console.show_line(unit(home, rest, is_system=is_system))
    where = "/etc/systemd/system" if is_system else "~/.config/systemd/user"
    control = "systemctl" if is_system else "systemctl --user"
    console.say("hint", f"Save it as {where}/scanjobs.service, then `{control} enable --now scanjobs`.")


def _span(words: str) -> tuple[int, int]:
    most, _, least = words.partition(",")
    if not (most.isdecimal() and least.isdecimal() and 1 <= int(least) <= int(most) <= 256):
        raise typer.BadParameter(f"{words!r} does not say the most and the least jobs at once: 10,3")
    return int(most), int(least)


def _share(asked: list[str], only: list[str]) -> Share:
    from scanjobs.jobs.claiming import Share

    names, most = [], {}
    for words in asked:
        name, _, number = words.partition("=")
        names.append(known_queue(name))
        if number:
            if not number.isdigit() or int(number) < 1:
                raise typer.BadParameter(f"{words!r} does not say how many: {name}=2")
            most[name] = int(number)
    return Share(queues=tuple(dict.fromkeys(names)) or QUEUES, most=most, only=tuple(only))
