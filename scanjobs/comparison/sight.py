"""What a scan could see: whether something that it does not have was not there, or nobody looked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from scanjobs.domain.cookies import ConsentPhase, Party
from scanjobs.domain.evidence import Capture, Gap, GapKind, RuleInput
from scanjobs.domain.scans import ScanRecord

CHOICES = (ConsentPhase.BEFORE, ConsentPhase.ACCEPTED, ConsentPhase.REJECTED)
WHEN = {
    ConsentPhase.BEFORE: "before any choice",
    ConsentPhase.ACCEPTED: "after accepting",
    ConsentPhase.REJECTED: "after rejecting",
    ConsentPhase.UNKNOWN: "without a known choice",
}
_WHAT = {
    RuleInput.COOKIES: "cookies",
    RuleInput.LOCAL_STORAGE: "localStorage",
    RuleInput.SESSION_STORAGE: "sessionStorage",
    RuleInput.INDEXED_DB: "IndexedDB",
    RuleInput.REQUESTS: "requests",
}
_STORES = frozenset(_WHAT) - {RuleInput.REQUESTS}

# What hides things in one capture, and of which kind of evidence.
_BLINDING = {
    GapKind.TRUNCATED: (frozenset(_WHAT), "ends early"),
    GapKind.UNREADABLE_ENTRIES: (frozenset(_WHAT), "has entries that could not be read"),
    GapKind.NO_COOKIE_HEADERS: (frozenset({RuleInput.COOKIES}), "may have been freed of cookies"),
    GapKind.SINGLE_HOST: (_STORES, "shows what some hosts stored only"),
    GapKind.NO_SCRIPTS: (frozenset(_WHAT), "comes from a tool that runs no scripts"),
}
# The tool hides the same in every scan: what was seen in spite of it could be seen again.
_SYSTEMATIC = frozenset({GapKind.SINGLE_HOST, GapKind.NO_SCRIPTS})


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What one of two scans could see."""

    which: str
    """`older` or `newer`."""
    scan: ScanRecord

    @cached_property
    def phases(self) -> frozenset[ConsentPhase]:
        """The consent phases that it captured."""
        return frozenset(capture.phase for capture in self.scan.captures)

    def inputs(self, phase: ConsentPhase) -> frozenset[RuleInput]:
        """The kinds of evidence it has of one phase."""
        return frozenset().union(*(capture.inputs for capture in self._captures(phase)))

    def blindness(
        self, input: RuleInput, phase: ConsentPhase, party: Party | None, other: Sight
    ) -> str | None:
        """Why it means nothing that this scan lacks what the other one saw in this phase; None: it was gone.

        What was seen without a known choice was seen in one of the three phases: it is known to be gone
        where none of these has it.
        """
        if phase is ConsentPhase.UNKNOWN and phase not in self.phases:
            reasons = [self.blindness(input, choice, party, other) for choice in CHOICES]
            return next(filter(None, reasons), None)
        captures = self._captures(phase)
        if not captures:
            return f"the {self.which} scan has no capture {WHEN[phase]}"
        able = [capture for capture in captures if input in capture.inputs]
        if not able:
            return f"the {self.which} scan does not show {_WHAT[input]} {WHEN[phase]}"
        hidden = [self._hidden_in(capture, input, party, other) for capture in able]
        return None if None in hidden else hidden[0]

    def _hidden_in(self, capture: Capture, input: RuleInput, party: Party | None, other: Sight) -> str | None:
        """Why one capture may lack what was there."""
        forgiven = other.systematic(capture.phase)
        told = f"{capture.file_name} of the {self.which} scan"
        for gap in self.scan.gaps:
            concerned, reason = _BLINDING.get(gap.kind, (frozenset(), ""))
            if input in concerned and gap.kind not in forgiven and _is_of(gap, capture):
                return f"{told} {reason}"
        if not capture.complete:
            return f"{told} is incomplete"
        if input is RuleInput.COOKIES and party is Party.THIRD and self._refuses(capture, other):
            return f"{told} comes from a browser that refused third-party cookies"
        return None

    def systematic(self, phase: ConsentPhase) -> frozenset[GapKind]:
        """What its tools hide in this phase, in every scan alike."""
        of_phase = [gap for gap in self.scan.gaps if gap.phase in (None, phase)]
        return _SYSTEMATIC.intersection(gap.kind for gap in of_phase)

    def _refuses(self, capture: Capture, other: Sight) -> bool:
        refused_there = [c.third_party_cookies_work for c in other._captures(capture.phase)]
        return capture.third_party_cookies_work is False and False not in refused_there

    def _captures(self, phase: ConsentPhase) -> list[Capture]:
        return [capture for capture in self.scan.captures if capture.phase is phase]


def _is_of(gap: Gap, capture: Capture) -> bool:
    if gap.file_name is not None:
        return gap.file_name == capture.file_name
    return gap.phase in (None, capture.phase)
