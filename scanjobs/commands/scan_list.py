"""How listings of scans look in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from scanjobs import console
from scanjobs.domain.scans import ScanSummary


def listing(found: Sequence[ScanSummary]) -> Table:
    """One row a scan."""
    table = console.table("Scan", "Site", ">Cookies", "Phases", "Source", "Captured", "Imported")
    for scan in found:
        captured = f"{scan.captured_at:%Y-%m-%d}" if scan.captured_at else "unknown"
        table.add_row(
            console.identifier(scan.id),
            console.printable(scan.site),
            f"{scan.cookies:,}",
            Text.assemble(
                ", ".join(scan.phases),
                "" if scan.complete else (" (incomplete)", "yellow"),
                (" (held)", "cyan") if scan.held_at else "",
            ),
            scan.source,
            captured,
            console.ago(scan.created_at),
        )
    return table


def held(found: Sequence[ScanSummary]) -> Table:
    """One row a scan that is held."""
    table = console.table("Scan", "Site", "Imported", "Held since", "Why")
    for scan in found:
        table.add_row(
            console.identifier(scan.id),
            console.printable(scan.site),
            f"{scan.created_at:%Y-%m-%d}",
            f"{scan.held_at:%Y-%m-%d}",
            console.printable(scan.hold_reason or "–"),
        )
    return table
