"""`scanjobs scans` and `scanjobs show`: what is there to report on, and what is held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from scanjobs.commands.options import JsonOption, ScanOrSiteArgument

if TYPE_CHECKING:
    from scanjobs.domain.scans import ScanSummary

app = typer.Typer(help="List the scans; hold one so that nothing deletes it, and release it.")


@app.callback(invoke_without_command=True)
def list_scans(
    context: typer.Context,
    held: Annotated[bool, typer.Option("--held", help="Only those that are held, and why.")] = False,
    json: JsonOption = False,
) -> None:
    """List the scans, newest first; hold one so that nothing deletes it, and release it."""
    if context.invoked_subcommand is not None:
        return
    from scanjobs import config, console
    from scanjobs.commands import scan_list
    from scanjobs.db import scans

    found = [scan for scan in scans.list_scans(config.current()) if scan.held_at or not held]
    if json:
        console.show_json(found)
    elif found:
        console.show(scan_list.held(found) if held else scan_list.listing(found))
    elif held:
        console.say("note", "No scan is held; `scanjobs scans hold SCAN --reason TEXT` holds one.")
    else:
        console.say("note", "There is no scan yet; `scanjobs import FILE` takes one in.")


@app.command("hold")
def hold(
    scan: ScanOrSiteArgument,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why, for whoever comes across it later.")
    ],
    json: JsonOption = False,
) -> None:
    """Keep a scan and what is written of it, until it is released."""
    from scanjobs import config
    from scanjobs.db import held_scans, site_scans

    if not reason.strip():
        raise typer.BadParameter("--reason says why, in a few words.")
    settings = config.current()
    found = site_scans.find_scan(settings, scan)
    _tell(held_scans.hold(settings, found.id, reason.strip(), settings.clock.now()), json)


@app.command("release")
def release(scan: ScanOrSiteArgument, json: JsonOption = False) -> None:
    """Let a scan that was held go by age and count again."""
    from scanjobs import config
    from scanjobs.db import held_scans, site_scans

    settings = config.current()
    _tell(held_scans.release(settings, site_scans.find_scan(settings, scan).id), json)


def _tell(scan: ScanSummary, json: bool) -> None:
    from scanjobs import console

    if json:
        console.show_json([scan])
        return
    how = f"held since {scan.held_at:%Y-%m-%d} ({scan.hold_reason})" if scan.held_at else "not held"
    console.show_line(f"{scan.id[:8]}  {console.printable(f'{scan.site}: {how}')}")


def show_scan(scan: ScanOrSiteArgument, json: JsonOption = False) -> None:
    """Show one scan: its findings and its cookies."""
    from scanjobs import config, console
    from scanjobs.commands.scan_view import scan_view
    from scanjobs.db import scans, site_scans

    settings = config.current()
    record = scans.load_scan(settings, site_scans.find_scan(settings, scan).id)
    if json:
        console.show_json([record])
    else:
        console.show(*scan_view(record))
