"""How long the cookies of a scan live, in the spans of a histogram."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from scanjobs.reports.listed import InventoryRow
from scanjobs.reports.parts import Lifespan, LifetimeBar
from scanjobs.reports.words import Words
from scanjobs.rules.lifetime import THIRTEEN_MONTHS_DAYS, TWENTY_FOUR_MONTHS_DAYS
from scanjobs.rules.observations import SECONDS_PER_DAY

LIMIT = "13 months, the longest that the CNIL recommends for a cookie"
"""CNIL, guidelines and recommendation of 17 September 2020 on cookies and other trackers."""
SPANS = (
    ("day", "to 1 day", 1),
    ("week", "to 1 week", 7),
    ("month", "to 1 month", 31),
    ("half_year", "to 6 months", 184),
    ("limit", "to 13 months", THIRTEEN_MONTHS_DAYS),
    ("two_years", "to 24 months", TWENTY_FOUR_MONTHS_DAYS),
)
"""Key, label, and the longest lifetime in days."""
_TOLERANCE_SECONDS = SECONDS_PER_DAY
"""Months differ in length, and a clock may be a little off: a day more is still in the span."""


def lifetime_bars(rows: Sequence[InventoryRow], words: Words) -> tuple[LifetimeBar, ...]:
    """How many cookies live how long; empty spans too."""
    counts = Counter(map(_span_of, rows))
    spans = [("session", "session"), *((key, label) for key, label, _ in SPANS)]
    spans += [("longer", "longer"), ("unknown", "unknown")]
    return tuple(
        LifetimeBar(
            key=key,
            label=words(label),
            count=counts[key],
            ratio=counts[key] / len(rows) if rows else 0.0,
            is_long=key in ("two_years", "longer"),
        )
        for key, label in spans
    )


def _span_of(row: InventoryRow) -> str:
    if row.lifespan is not Lifespan.PERSISTENT:
        return row.lifespan
    if row.lifetime_seconds is None:
        return Lifespan.UNKNOWN
    for key, _, days in SPANS:
        if row.lifetime_seconds <= days * SECONDS_PER_DAY + (_TOLERANCE_SECONDS if days > 1 else 0):
            return key
    return "longer"
