"""Which stored items beside cookies a report lists, row by row."""

from __future__ import annotations

from collections.abc import Sequence

from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.labels import LabelledStorage
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports.inventory import phases_of
from scanjobs.reports.listed import StorageRow
from scanjobs.reports.parts import Presence


def stored_items(scan: ScanRecord) -> tuple[StorageRow, ...]:
    """Every stored item of the scan, by name, origin and kind."""
    phases = phases_of(scan)
    rows = [_row(item, phases) for item in scan.storage]
    return tuple(sorted(rows, key=lambda row: (row.name.casefold(), row.origin, row.kind)))


def _row(item: LabelledStorage, phases: Sequence[ConsentPhase]) -> StorageRow:
    label, first, last = item.label, item.observations[0], item.observations[-1]
    return StorageRow(
        name=item.key.name,
        kind=item.key.kind,
        origin=item.key.origin,
        party=item.party,
        category=label.category,
        source=label.source,
        confidence=label.confidence,
        vendor=label.vendor,
        exemption=label.exemption,
        exemption_reason=label.exemption_reason,
        phases=item.phases,
        presence=tuple(Presence.SET if phase in item.phases else Presence.ABSENT for phase in phases),
        value=last.value,
        first_url=first.first_url,
        initiator=first.initiator,
    )
