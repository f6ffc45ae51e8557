"""`scanjobs worker`: run jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from scanjobs.commands.options import known_queue
from scanjobs.domain.jobs import QUEUES

if TYPE_CHECKING:
    from scanjobs.jobs.leases import Share


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
    schedule: Annotated[
        bool, typer.Option("--schedule/--no-schedule", help="Run the schedule too; --drain does not.")
    ] = True,
    only: Annotated[list[str] | None, typer.Option("--only", hidden=True)] = None,
) -> None:
    """Run jobs until Ctrl-C; running jobs finish first, a second Ctrl-C ends at once."""
    from scanjobs import config, console, tasks
    from scanjobs.jobs.supervisor import Supervisor
    from scanjobs.jobs.ticker import Ticker

    settings = config.current()
    console.log_to_stderr(settings)
    tasks.load_tasks(settings)
    is_scheduler = schedule and not (drain or only)
    if is_scheduler:
        tasks.meet_schedule(settings)
    Supervisor(
        tasks.queue,
        settings,
        share=_share(queue or [], only or []),
        concurrency=concurrency or settings.concurrency,
        drain=drain or bool(only),
        most_jobs_per_child=max_jobs_per_child,
        shutdown_seconds=shutdown_timeout,
        ticker=Ticker(tasks.queue, settings) if is_scheduler else None,
    ).run()


def _share(asked: list[str], only: list[str]) -> Share:
    from scanjobs.jobs.leases import Share

    names, most = [], {}
    for words in asked:
        name, _, number = words.partition("=")
        names.append(known_queue(name))
        if number:
            if not number.isdigit() or int(number) < 1:
                raise typer.BadParameter(f"{words!r} does not say how many: {name}=2")
            most[name] = int(number)
    return Share(queues=tuple(dict.fromkeys(names)) or QUEUES, most=most, only=tuple(only))
