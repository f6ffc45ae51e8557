"""`scanjobs db prune`: delete what has been kept long enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from scanjobs.commands.moments import parse_duration
from scanjobs.commands.options import JsonOption

if TYPE_CHECKING:
    from scanjobs.maintenance.retention import Group


def prune(
    scans: Annotated[bool, typer.Option("--scans", help="Scans, with their reports.")] = False,
    reports: Annotated[bool, typer.Option("--reports", help="Written reports, file and record.")] = False,
    notifications: Annotated[
        bool, typer.Option("--notifications", help="Events, what was sent of them, and the attempts.")
    ] = False,
    jobs: Annotated[bool, typer.Option("--jobs", help="Jobs that have ended.")] = False,
    older_than: Annotated[
        str | None,
        typer.Option(
            "--older-than", metavar="DURATION", help="Instead of the settings: of before then, 90d."
        ),
    ] = None,
    keep: Annotated[
        int | None,
        typer.Option(
            "--keep",
            min=1,
            metavar="N",
            help="Instead of the settings: never the newest N; of each site, of each site and format.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what would go and why, and what would stay.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Delete what the settings say has been kept long enough; without options all of it.

    Scans that are held, and what was written of them, stay.
    """
    from datetime import timedelta

    from scanjobs import config, console
    from scanjobs.commands import prune_view
    from scanjobs.maintenance import retention

    asked = _groups(scans, reports, notifications, jobs)
    rule = None
    if older_than is not None or keep is not None:
        if not asked:
            raise typer.BadParameter("--older-than and --keep need to know of what: --scans, --reports, …")
        age: timedelta | None = parse_duration(older_than) if older_than else None
        rule = retention.Rule(older_than=age, keep=keep)
    settings = config.current()
    made = retention.plan(settings, asked or tuple(retention.Group), rule)
    if not dry_run:
        with console.progress() as bars:
            bar = bars.add_task("Deleting scans", total=None, note="")
            made = retention.carry_out(
                settings, made, lambda done, total: bars.update(bar, completed=done, total=total)
            )
    if json:
        console.show_json([prune_view.as_json(item) for item in made.items])
    else:
        prune_view.show(made)
    told = prune_view.counts(made.going) or "nothing"
    console.say("note", f"{told} would go; nothing was deleted." if dry_run else f"{told} deleted.")


def _groups(scans: bool, reports: bool, notifications: bool, jobs: bool) -> list[Group]:
    from scanjobs.maintenance.retention import Group

    asked = {
        Group.JOBS: jobs,
        Group.NOTIFICATIONS: notifications,
        Group.REPORTS: reports,
        Group.SCANS: scans,
    }
    return [group for group, is_asked in asked.items() if is_asked]
