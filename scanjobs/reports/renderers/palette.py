"""The colours of a report, the same in every format; all are dark enough to be read as text on white."""

from __future__ import annotations

from collections.abc import Mapping

from scanjobs.domain.cookies import Party
from scanjobs.domain.findings import Outcome, Severity, VerdictStatus
from scanjobs.domain.purposes import Category, Exemption
from scanjobs.reports.parts import Lifespan

NAVY = "#16324f"
INK = "#1d2733"
MUTED = "#5b6775"
LINE = "#d5dbe2"
CARD = "#f4f6f9"
WHITE = "#ffffff"
ACCENT = "#3a68ad"
PALE = "#c9d6e6"

CATEGORY: Mapping[str, str] = {
    Category.NECESSARY: "#2b7a5f",
    Category.FUNCTIONAL: "#3a68ad",
    Category.ANALYTICS: "#9a6700",
    Category.MARKETING: "#b23a55",
    Category.UNCLASSIFIED: "#66707d",
}
PARTY: Mapping[str, str] = {Party.FIRST: "#3a68ad", Party.THIRD: "#9a6700"}
LIFESPAN: Mapping[str, str] = {
    Lifespan.SESSION: "#2b7a5f",
    Lifespan.PERSISTENT: "#3a68ad",
    Lifespan.UNKNOWN: "#66707d",
}
STATUS: Mapping[VerdictStatus, str] = {
    VerdictStatus.FAILED: "#a32a22",
    VerdictStatus.ATTENTION: "#9a6700",
    VerdictStatus.CLEAN: "#2b7a5f",
    VerdictStatus.WITHHELD: "#4d5b6d",
}
SEVERITY: Mapping[Severity, str] = {
    Severity.CRITICAL: "#8c1d18",
    Severity.HIGH: "#b0451c",
    Severity.MEDIUM: "#9a6700",
    Severity.LOW: "#3a68ad",
    Severity.INFO: "#66707d",
}
OUTCOME: Mapping[Outcome, str] = {
    Outcome.FAIL: "#a32a22",
    Outcome.WARN: "#9a6700",
    Outcome.PASS: "#2b7a5f",
    Outcome.INFO: "#66707d",
    Outcome.NOT_EVALUABLE: "#4d5b6d",
}
EXEMPTION: Mapping[Exemption, str] = {
    Exemption.EXEMPT: "#2b7a5f",
    Exemption.UNDETERMINED: "#9a6700",
    Exemption.NOT_EXEMPT: "#a32a22",
}
TONES: Mapping[str, str] = {
    **CATEGORY,
    **{key.value: colour for key, colour in STATUS.items()},
    **{key.value: colour for key, colour in SEVERITY.items()},
    **{key.value: colour for key, colour in OUTCOME.items()},
}
"""The colours of the tables of reports about several scans, by the names of their tones."""


def lighter(colour: str) -> str:
    """The same hue for dark backgrounds, halfway to white."""
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{(part + 255) // 2:02x}" for part in parts)


def pale(colour: str) -> str:
    """A breath of the same hue, on which the colour itself is read as text."""
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{255 - (255 - part) // 16:02x}" for part in parts)
