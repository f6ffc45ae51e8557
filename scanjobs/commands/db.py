"""`scanjobs db`: bring the database to this version, move, prune, back it up and restore it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanjobs.commands import prune
from scanjobs.commands.options import JsonOption

if TYPE_CHECKING:
    from scanjobs.maintenance.backup import Backup

app = typer.Typer(
    no_args_is_help=True,
    help="Upgrade the database, back it up, restore it, prune it; move it to a PostgreSQL server.",
)


app.command("prune")(prune.prune)


@app.command("upgrade")
def upgrade() -> None:
    """Bring the database to the version of this program, as its first use would."""
    from scanjobs import config, console
    from scanjobs.db import schema

    settings = config.current()
    schema.ensure(settings)
    console.show_line(f"{settings.database_name} has version {schema.HEAD}")


@app.command("copy")
def copy(
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="URL",
            help="An empty database: postgresql+psycopg://user@host/database, or sqlite:////path/to/file. "
            "Others on this machine see a password in it; ~/.pgpass is a better place.",
        ),
    ],
    json: JsonOption = False,
) -> None:
    """Copy everything into another, empty database, for instance from SQLite to PostgreSQL."""
    from dataclasses import replace

    from scanjobs import config, console
    from scanjobs.db.copying import copy_database

    source = config.current()
    target = replace(source, database_url=to)
    with console.progress() as bars:
        bar = bars.add_task("Copying", total=None, note="")

        def show(table: str, done: int, total: int) -> None:
            bars.update(bar, description=f"Copying {table}", completed=done, total=total)

        copied = copy_database(source, target, show)
    if json:
        console.show_json([{"table": table, "rows": rows} for table, rows in copied.items()])
        return
    console.show(console.facts([(table, f"{rows:,}") for table, rows in copied.items()]))
    console.say("next", "set SCANJOBS_DATABASE_URL to that URL, here and wherever workers run", style="dim")


@app.command("backup")
def back_up(
    to: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="The file to write; by default its date, in this folder."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Write database, reports and configuration into one file, while workers go on."""
    from scanjobs import config, console
    from scanjobs.maintenance import backup

    settings = config.current()
    path = to or backup.default_target(settings)
    with console.progress() as bars:
        bar = bars.add_task("Copying the database", total=None, note="")
        made = backup.back_up(
            settings,
            path,
            lambda doing, done, total: bars.update(bar, description=doing, completed=done, total=total),
        )
    _show_backup(path, made, json)


@app.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `scanjobs db backup` wrote.")],
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Although there is a database; that is kept under another name."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Put a backup into the data folder, and let what waited in it go on."""
    from scanjobs import config, console
    from scanjobs.maintenance import backup

    with console.progress() as bars:
        bar = bars.add_task("Unpacking", total=None, note="")
        held = backup.restore(
            config.current(),
            file,
            replace=replace,
            on_progress=lambda doing, done, total: bars.update(
                bar, description=doing, completed=done, total=total
            ),
        )
    _show_backup(file, held, json)


def _show_backup(path: Path, held: Backup, json: bool) -> None:
    from scanjobs import console

    if json:
        facts = {"path": str(path.absolute()), "created_at": held.created_at, "revision": held.revision}
        console.show_json([{**facts, "reports": held.reports, "size": held.size}])
        return
    console.show_line(str(path))
    told = f"{console.counted(held.reports, 'report')} and the database of version {held.revision}"
    console.say("note", f"{told}, {held.size:,} bytes, as of {held.created_at:%Y-%m-%d %H:%M:%S} UTC")
