"""`scanjobs notify history|show|retry`: what was sent, how it was answered, and once more."""

from __future__ import annotations

from typing import Annotated

import typer

from scanjobs.commands.options import JsonOption
from scanjobs.domain.notifications import DeliveryState

DeliveryArgument = Annotated[
    str,
    typer.Argument(
        metavar="NOTIFICATION", help="Id of a message, its first four characters or more, or `latest`."
    ),
]


def history(
    recipient: Annotated[
        str | None, typer.Option("--recipient", metavar="NAME", help="Only what this one was told.")
    ] = None,
    state: Annotated[
        list[DeliveryState] | None, typer.Option("--state", help="Only in this state; several times.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")] = 50,
    json: JsonOption = False,
) -> None:
    """List what was sent and what waits, newest first."""
    from scanjobs import config, console
    from scanjobs.commands.notify_view import deliveries_table, told_deliveries
    from scanjobs.db import deliveries

    settings = config.current()
    found = deliveries.list_deliveries(settings, recipient=recipient, states=state or (), limit=limit)
    if json:
        console.show_json(told_deliveries(found))
    elif found:
        console.show(deliveries_table(found, config.now()))
    else:
        console.say("note", "There is no such message.")


def show(delivery: DeliveryArgument, json: JsonOption = False) -> None:
    """Tell all about a message: what it tells of, each attempt, and what the other side said."""
    from scanjobs import config, console
    from scanjobs.commands.notify_view import delivery_view, told_deliveries
    from scanjobs.db import deliveries

    found = deliveries.find_delivery(config.current(), delivery)
    if json:
        console.show_json(told_deliveries([found]))
    else:
        console.show(*delivery_view(found))


def retry(
    delivery: Annotated[
        list[str] | None, typer.Argument(metavar="[NOTIFICATION]…", help="Ids of failed messages.")
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="All that have failed.")] = False,
    recipient: Annotated[
        str | None, typer.Option("--recipient", metavar="NAME", help="With --failed: only of this one.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Have messages that failed or were cancelled sent after all, with the ids they had."""
    from scanjobs import config, console, tasks
    from scanjobs.db import deliveries
    from scanjobs.errors import NotFoundError
    from scanjobs.jobs import monitor

    if bool(delivery) == failed:
        raise typer.BadParameter("Name messages, or say --failed.")
    if recipient is not None and not failed:
        raise typer.BadParameter("--recipient goes with --failed.")
    settings = config.current()
    if failed:
        ids = deliveries.failed_ids(settings, recipient)
    else:
        ids = [deliveries.find_delivery(settings, one).id for one in delivery or ()]
    steps = range(0, len(ids), deliveries.AT_ONCE)
    jobs = [job for start in steps for job in tasks.retry_deliveries(ids[start : start + deliveries.AT_ONCE])]
    if not jobs:
        raise NotFoundError(
            "No such message has failed or was cancelled.", hint="`scanjobs notify history` lists them all."
        )
    if json:
        console.show_json(monitor.among(settings, [job.id for job in jobs]))
    else:
        console.show_line(f"{console.counted(len(jobs), 'message')} will be sent again")
