"""Words that several formats share."""

from __future__ import annotations

from scanjobs.domain.checks import Acceptance
from scanjobs.reports import wording
from scanjobs.reports.findings.result import Subject

WHOLE_SCAN = "the scan as a whole"
NO_REASON = "no reason given"


def name_of(subject: Subject | Acceptance) -> str:
    """What a finding is about."""
    return subject.subject or WHOLE_SCAN


def details_of(subject: Subject) -> str:
    """What was observed of it, each thing once."""
    return "; ".join(dict.fromkeys(item.detail for item in subject.items))


def phases_of(subject: Subject) -> str:
    """The phases it was found in; `accepted` alone could be read as said of the finding."""
    phases = dict.fromkeys(item.phase for item in subject.items if item.phase)
    return ", ".join(wording.PHASE[phase].lower() for phase in phases)


def urls_of(subject: Subject) -> tuple[str, ...]:
    """The pages and addresses it was found at."""
    return tuple(dict.fromkeys(item.url for item in subject.items if item.url))


def reason_of(entry: Acceptance) -> str:
    """Why it was accepted."""
    return entry.reason.strip() or NO_REASON


def told(subject: Subject) -> str:
    """One subject on one line: `_ga (shop.example): set without Secure [before any choice] https://…`."""
    details, phases = details_of(subject), phases_of(subject)
    parts = [
        f"{name_of(subject)}{f': {details}' if details else ''}",
        f"[{phases}]" if phases else "",
        *urls_of(subject),
        f"(accepted: {reason_of(subject.acceptance)})" if subject.acceptance else "",
    ]
    return " ".join(filter(None, parts))
