"""`scanjobs status`: workers, queues, running jobs, last results."""

from __future__ import annotations

from typing import Annotated

import typer

from scanjobs.commands.options import JsonOption


def status(
    last: Annotated[int, typer.Option("--last", min=0, max=1000, help="How many last results to show.")] = 8,
    json: JsonOption = False,
) -> None:
    """Show workers, queues, running jobs and the last results."""
    from scanjobs import config, console
    from scanjobs.commands.status_view import status_view
    from scanjobs.jobs import monitor

    now = monitor.status(config.current(), finished=last, failed=last, scheduled=5, coming=5)
    if json:
        console.show_json(now)
    else:
        console.show(*status_view(now))
