"""The scan in numbers: totals, shares for the charts, purpose by party by phase."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

from scanjobs.domain.cookies import ConsentPhase, Party
from scanjobs.domain.purposes import Category, Exemption
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports.inventory import phases_of
from scanjobs.reports.lifetimes import LIMIT, lifetime_bars
from scanjobs.reports.listed import HostRow, InventoryRow
from scanjobs.reports.parts import (
    WITHOUT_CONSENT,
    BreakdownRow,
    ExemptionBar,
    Lifespan,
    PhaseBar,
    Share,
    Summary,
)
from scanjobs.reports.words import Words

VENDORS_SHOWN = 10
EXEMPTION_SHARES = {
    Exemption.EXEMPT: "Exempt from consent",
    Exemption.UNDETERMINED: "Undetermined",
    Exemption.NOT_EXEMPT: "Needs consent",
}

Key = TypeVar("Key", Category, Party, Lifespan)


def summarise(
    scan: ScanRecord, rows: Sequence[InventoryRow], hosts: Sequence[HostRow], words: Words
) -> Summary:
    """Count the cookies of a scan every way the report shows."""
    total = len(rows)
    parties = Counter(row.party for row in rows)
    seen = Counter(phase for row in rows for phase in row.phases)
    phases = phases_of(scan)

    def cookies_in(phase: ConsentPhase) -> int | None:
        return seen[phase] if phase in phases else None

    return Summary(
        total_cookies=total,
        third_party_cookies=parties[Party.THIRD],
        third_party_ratio=parties[Party.THIRD] / total if total else None,
        cookies_before_consent=cookies_in(ConsentPhase.BEFORE),
        cookies_after_consent=cookies_in(ConsentPhase.ACCEPTED),
        cookies_after_rejection=cookies_in(ConsentPhase.REJECTED),
        third_party_hosts=len(hosts),
        by_category=_shares((row.category for row in rows), Category, words),
        by_type=_shares((row.lifespan for row in rows), Lifespan, words),
        by_party=_shares((row.party for row in rows), Party, words),
        vendors=_vendors(rows),
        phases=phases,
        breakdown=_breakdown(rows, phases),
        by_phase=tuple(_phase_bar(phase, rows, words) for phase in phases),
        exemptions=tuple(_exemption_bar(phase, rows, words) for phase in phases if phase in WITHOUT_CONSENT),
        lifetimes=lifetime_bars(rows, words),
        lifetime_limit=words(LIMIT),
    )


def _phase_bar(phase: ConsentPhase, rows: Sequence[InventoryRow], words: Words) -> PhaseBar:
    seen = [row for row in rows if phase in row.phases]
    return PhaseBar(
        phase=phase,
        label=words.name(phase),
        count=len(seen),
        shares=_shares((row.category for row in seen), Category, words),
    )


def _exemption_bar(phase: ConsentPhase, rows: Sequence[InventoryRow], words: Words) -> ExemptionBar:
    seen = [row.exemption for row in rows if phase in row.phases]
    counts = Counter(seen)
    return ExemptionBar(
        phase=phase,
        title=words(
            "{phase}: {cookies} by exemption",
            phase=words.name(phase),
            cookies=words.count(len(seen), "cookie", "cookies"),
        ),
        shares=tuple(
            Share(
                key=exemption,
                label=words(label),
                count=counts[exemption],
                ratio=counts[exemption] / len(seen) if seen else 0.0,
            )
            for exemption, label in EXEMPTION_SHARES.items()
        ),
    )


def _shares(values: Iterable[Key], every: type[Key], words: Words) -> tuple[Share, ...]:
    """One share for every possible value, in the order of its enum, empty ones too."""
    counts = Counter(values)
    total = sum(counts.values())
    return tuple(
        Share(key=key, label=words.name(key), count=counts[key], ratio=counts[key] / total if total else 0.0)
        for key in every
    )


def _vendors(rows: Sequence[InventoryRow]) -> tuple[Share, ...]:
    counts = Counter(row.vendor for row in rows if row.vendor)
    most = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0].casefold(), pair[0]))
    return tuple(
        Share(key=vendor, label=vendor, count=count, ratio=count / len(rows))
        for vendor, count in most[:VENDORS_SHOWN]
    )


def _breakdown(rows: Sequence[InventoryRow], phases: Sequence[ConsentPhase]) -> tuple[BreakdownRow, ...]:
    groups: dict[tuple[Category, Party], list[InventoryRow]] = {}
    for row in rows:
        groups.setdefault((row.category, row.party), []).append(row)
    return tuple(
        BreakdownRow(
            category=category,
            party=party,
            total=len(members),
            counts=tuple(sum(phase in row.phases for row in members) for phase in phases),
        )
        for category in Category
        for party in Party
        if (members := groups.get((category, party)))
    )
