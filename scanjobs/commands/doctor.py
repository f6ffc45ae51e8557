"""`scanjobs doctor`: examines the installation, and tells where its settings come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from scanjobs.commands.options import JsonOption
from scanjobs.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from scanjobs.domain.health import Check, SettingInUse


def doctor(
    connect: Annotated[bool, typer.Option("--connect", help="Greet the mail server too.")] = False,
    json: JsonOption = False,
) -> None:
    """Examine the installation and say how to mend it; exits with 3 where something has to be."""
    from scanjobs import config, console, tasks
    from scanjobs.domain.health import CheckState
    from scanjobs.maintenance.doctor import examine, settings_in_use

    settings = config.current()
    checks = examine(settings, connects=connect, load_tasks=tasks.load_tasks)
    used = settings_in_use(settings)
    if json:
        console.show_json({"checks": checks, "settings": used})
    else:
        console.show(*_view(checks, used))
    if any(check.state is CheckState.FAILED for check in checks):
        raise typer.Exit(ExitCode.FAILURE)


def _view(checks: Sequence[Check], used: Sequence[SettingInUse]) -> Iterator[RenderableType]:
    from rich.table import Table
    from rich.text import Text

    from scanjobs import console

    styles = {"ok": "green", "note": "yellow", "failed": "bold red"}
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for check in checks:
        table.add_row(
            Text(check.state, style=styles[check.state]), check.name, console.printable(check.message)
        )
        if check.hint:
            table.add_row("", "", Text.assemble(("hint: ", "cyan"), console.printable(check.hint)))
    yield table
    yield ""
    settings = console.table("Setting", "Value", "From")
    for one in used:
        # Of tables, what is not set is told by --json alone.
        if "." not in one.name or one.origin != "default":
            settings.add_row(one.name, console.printable(one.value) or "–", one.origin)
    yield settings
