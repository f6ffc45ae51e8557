"""`scanjobs scans` and `scanjobs show`: what is there to report on."""

from __future__ import annotations

from scanjobs.commands.options import JsonOption, ScanOrSiteArgument


def list_scans(json: JsonOption = False) -> None:
    """List the scans, newest first."""
    from rich.text import Text

    from scanjobs import config, console
    from scanjobs.db import scans

    found = scans.list_scans(config.current())
    if json:
        console.show_json(found)
        return
    if not found:
        console.say("note", "There is no scan yet; `scanjobs import FILE` takes one in.")
        return
    table = console.table("Scan", "Site", ">Cookies", "Phases", "Source", "Captured", "Imported")
    for scan in found:
        captured = f"{scan.captured_at:%Y-%m-%d}" if scan.captured_at else "unknown"
        table.add_row(
            console.identifier(scan.id),
            console.printable(scan.site),
            f"{scan.cookies:,}",
            Text.assemble(", ".join(scan.phases), "" if scan.complete else (" (incomplete)", "yellow")),
            scan.source,
            captured,
            console.ago(scan.created_at),
        )
    console.show(table)


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
