"""`scanjobs health`: whether everything is well, for people, scripts and other monitors."""

from __future__ import annotations

from dataclasses import asdict

import typer

from scanjobs.commands.options import JsonOption
from scanjobs.errors import ExitCode


def health(json: JsonOption = False) -> None:
    """Say whether everything is well; if not, why, what to do, and exit with 3."""
    from scanjobs import config, console
    from scanjobs.maintenance.health import examine

    found = examine(config.current())
    if json:
        console.show_json({"is_healthy": found.is_healthy, **asdict(found)})
    elif found.is_healthy:
        console.show_line("healthy")
    else:
        for reason in found.reasons:
            console.show_reason(reason.message, reason.hint)
    if not found.is_healthy:
        raise typer.Exit(ExitCode.FAILURE)
