"""`scanjobs worker`: run jobs."""

from __future__ import annotations

from typing import Annotated

import typer

from scanjobs.domain.jobs import QUEUES


def worker(
    queue: Annotated[
        list[str] | None,
        typer.Option("--queue", "-q", help="Serve this queue; may be given several times. All by default."),
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", "-c", min=1, max=256, help="Jobs at once.")
    ] = None,
    drain: Annotated[bool, typer.Option("--drain", help="End when nothing is left to do.")] = False,
    batch: Annotated[str | None, typer.Option("--batch", hidden=True)] = None,
) -> None:
    """Run jobs until Ctrl-C; running jobs finish first, a second Ctrl-C ends at once."""
    from scanjobs import config, console, tasks
    from scanjobs.jobs.leases import Share
    from scanjobs.jobs.supervisor import Supervisor

    settings = config.current()
    console.log_to_stderr(settings)
    tasks.load_tasks(settings)
    Supervisor(
        tasks.queue,
        settings,
        share=Share(queues=_known(queue), batch_id=batch),
        concurrency=concurrency or settings.concurrency,
        drain=drain or batch is not None,
    ).run()


def _known(asked: list[str] | None) -> tuple[str, ...]:
    for name in asked or ():
        if name not in QUEUES:
            raise typer.BadParameter(f"There is no queue {name!r}; queues are {', '.join(QUEUES)}.")
    return tuple(dict.fromkeys(asked)) if asked else QUEUES
