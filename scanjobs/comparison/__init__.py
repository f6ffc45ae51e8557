"""Says what changed between two scans, and where nobody can say."""

from __future__ import annotations

from scanjobs.comparison.changes import (
    Aspect,
    Change,
    ChangeKind,
    Compared,
    Comparison,
    Difference,
    FindingChange,
    Plain,
    Thing,
)
from scanjobs.comparison.compare import compare

__all__ = [
    "Aspect",
    "Change",
    "ChangeKind",
    "Compared",
    "Comparison",
    "Difference",
    "FindingChange",
    "Plain",
    "Thing",
    "compare",
]
