"""`scanjobs stats`: how jobs went over hours and days, by task or queue."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from scanjobs.commands.options import JsonOption


class Grouping(StrEnum):
    """What jobs are counted by."""

    TASK = "task"
    QUEUE = "queue"


def stats(
    by: Annotated[Grouping, typer.Option("--by", help="What jobs are counted by.")] = Grouping.TASK,
    hours: Annotated[
        int | None, typer.Option("--hours", min=1, max=168, help="So many hours until now; 24 is usual.")
    ] = None,
    days: Annotated[
        int | None, typer.Option("--days", min=1, max=366, help="So many days until now, in UTC.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Tell how jobs went: how many, how many failed, how long they waited and ran."""
    from datetime import timedelta

    from scanjobs import config, console
    from scanjobs.commands import stats_view
    from scanjobs.maintenance import statistics

    if hours is not None and days is not None:
        raise typer.BadParameter("--hours and --days exclude each other.")
    found = statistics.job_statistics(
        config.current(),
        by=statistics.By(by),
        steps=days or hours or 24,
        step=timedelta(days=1) if days else timedelta(hours=1),
    )
    if json:
        console.show_json(stats_view.as_json(found))
    elif found.rows:
        console.show(*stats_view.statistics_view(found))
    else:
        console.say("note", f"No job has ended since {found.since:%Y-%m-%d %H:%M} UTC.")
