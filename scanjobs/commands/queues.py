"""`scanjobs queues`: look at queues, pause, resume and empty them."""

from __future__ import annotations

from typing import Annotated

import typer

from scanjobs.commands.options import JsonOption, known_queue

app = typer.Typer(no_args_is_help=True, help="Look at queues; pause, resume and empty them.")

QueueArgument = Annotated[str, typer.Argument(metavar="QUEUE", callback=known_queue)]


@app.command("list")
def list_queues(json: JsonOption = False) -> None:
    """List the queues with what waits and runs in them."""
    from scanjobs import config, console
    from scanjobs.commands.status_view import queues_table
    from scanjobs.jobs import monitor

    found = monitor.queues(config.current())
    if json:
        console.show_json(found)
    else:
        console.show(queues_table(found, config.now()))


@app.command("pause")
def pause(queue: QueueArgument) -> None:
    """Let no more jobs of a queue begin; running ones finish."""
    from scanjobs import config, console
    from scanjobs.jobs import control

    control.pause(config.current(), queue)
    console.show_line(f"{queue} is paused; `{console.program()} queues resume {queue}` lets it go on")


@app.command("resume")
def resume(queue: QueueArgument) -> None:
    """Let the jobs of a paused queue begin again."""
    from scanjobs import config, console
    from scanjobs.jobs import control

    control.resume(config.current(), queue)
    console.show_line(f"{queue} goes on")


@app.command("purge")
def purge(
    queue: QueueArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Cancel everything that waits in a queue."""
    from scanjobs import config, console
    from scanjobs.jobs import control, monitor

    settings = config.current()
    waiting = next(one.queued + one.scheduled for one in monitor.queues(settings) if one.name == queue)
    if waiting and not yes:
        typer.confirm(
            f"Cancel {console.counted(waiting, 'waiting job')} of the queue {queue}?", abort=True, err=True
        )
    console.show_line(f"{console.counted(control.purge(settings, queue), 'job')} cancelled")
