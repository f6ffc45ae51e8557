"""`scanjobs status`: workers, queues, running jobs, last results."""

from __future__ import annotations

from typing import Annotated

import typer

from scanjobs.commands.options import JsonOption

USUAL_SECONDS = 1.0


def status(
    seconds: Annotated[
        float | None,
        typer.Argument(metavar="[SECONDS]", min=0.1, max=3600, help="With --watch: between two looks."),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", "-w", help="Look again and again, on a screen that answers to keys.")
    ] = False,
    last: Annotated[int, typer.Option("--last", min=0, max=1000, help="How many last results to show.")] = 8,
    json: JsonOption = False,
) -> None:
    """Show workers, queues, running jobs, the next runs of the schedule and the last results.

    --watch --json prints a line of JSON at each look.
    """
    from scanjobs import config, console
    from scanjobs.jobs import monitor

    settings = config.current()
    if watch:
        from scanjobs.commands import watching

        (watching.print_lines if json else watching.watch)(settings, seconds or USUAL_SECONDS)
        return
    if seconds is not None:
        raise typer.BadParameter("SECONDS says how often --watch looks; it has no meaning without it.")
    now = monitor.status(settings, finished=last, failed=last, scheduled=5, coming=5)
    if json:
        console.show_json(now)
    else:
        from scanjobs.commands.status_view import status_view

        console.show(*status_view(now))
