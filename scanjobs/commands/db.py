"""`scanjobs db`: bring the database to this version, move it into another one."""

from __future__ import annotations

from typing import Annotated

import typer

from scanjobs.commands.options import JsonOption

app = typer.Typer(no_args_is_help=True, help="Upgrade the database; move it to a PostgreSQL server.")


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
