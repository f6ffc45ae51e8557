"""Where two scans saw one thing: added, removed, seen in other phases, or nobody can say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from scanjobs.comparison.changes import Aspect, ChangeKind, Difference
from scanjobs.comparison.sight import WHEN, Sight
from scanjobs.domain.cookies import ConsentPhase, Party
from scanjobs.domain.evidence import RuleInput

Trace = tuple[RuleInput, ConsentPhase]
"""By what kind of evidence, and in which phase, a thing was seen."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Where one scan saw a thing."""

    traces: frozenset[Trace]
    """Never empty."""
    party: Party | None

    @property
    def phases(self) -> frozenset[ConsentPhase]:
        """In which phases."""
        return frozenset(phase for _, phase in self.traces)


@dataclass(frozen=True, kw_only=True, slots=True)
class Presence:
    """What the phases say about one thing."""

    kind: ChangeKind | None
    """None where both scans have it, so that its aspects are to be compared."""
    phases: Difference | None
    """The phases it was seen in, where they differ among those that both scans could see."""
    unseen: tuple[str, ...]
    """Why nothing can be said about the other phases it was seen in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sights:
    """What both scans could see."""

    older: Sight
    newer: Sight

    def presence(self, older: Seen | None, newer: Seen | None) -> Presence:
        """What became of something that one of the scans saw, or both."""
        lost = _missed(older, newer, self.newer, self.older)
        gained = _missed(newer, older, self.older, self.newer)
        was, now = (seen.phases if seen else frozenset() for seen in (older, newer))
        if older and newer:
            # What was seen without a known choice has no phase that could be compared with another one.
            shared = (self.older.phases & self.newer.phases) - set(lost.unseen) - set(gained.unseen)
            is_same = was & shared == now & shared
            return Presence(
                kind=None, phases=None if is_same else _difference(was & shared, now & shared), unseen=()
            )
        missed = lost if older else gained
        reasons = _told_together(missed.unseen)
        if not missed.unseen:
            kind = ChangeKind.REMOVED if older else ChangeKind.ADDED
            return Presence(kind=kind, phases=None, unseen=())
        if not missed.known:
            return Presence(kind=ChangeKind.NOT_COMPARABLE, phases=None, unseen=reasons)
        difference = _difference(was & missed.known, now & missed.known)
        return Presence(kind=ChangeKind.CHANGED, phases=difference, unseen=reasons)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Missed:
    """The phases in which one scan saw a thing and the other one did not."""

    known: frozenset[ConsentPhase]
    """It is known not to have been there."""
    unseen: dict[ConsentPhase, str]
    """Nobody looked, and why."""


def _missed(here: Seen | None, there: Seen | None, sight: Sight, other: Sight) -> _Missed:
    """Of one scan's sightings those that the other scan, of which `sight` tells, does not have."""
    known: set[ConsentPhase] = set()
    unseen: dict[ConsentPhase, str] = {}
    if here is None:
        return _Missed(known=frozenset(), unseen=unseen)
    for phase in in_order(here.phases - (there.phases if there else frozenset())):
        inputs = sorted(input for input, seen_in in here.traces if seen_in is phase)
        blind = [sight.blindness(input, phase, here.party, other) for input in inputs]
        told = next(filter(None, blind), None)
        if told is None:
            known.add(phase)
        else:
            unseen[phase] = told
    return _Missed(known=frozenset(known), unseen=unseen)


def _told_together(reasons: dict[ConsentPhase, str]) -> tuple[str, ...]:
    """The reasons, one that holds for several phases once: `… after accepting and after rejecting`."""
    phases: dict[str, list[str]] = defaultdict(list)
    for phase, reason in reasons.items():
        when = WHEN[phase] if reason.endswith(WHEN[phase]) else ""
        phases[reason.removesuffix(when)].append(when)
    return tuple(f"{reason}{' and '.join(filter(None, when))}" for reason, when in phases.items())


def _difference(older: frozenset[ConsentPhase], newer: frozenset[ConsentPhase]) -> Difference:
    return Difference(aspect=Aspect.PHASES, older=in_order(older), newer=in_order(newer))


def in_order(phases: Iterable[ConsentPhase]) -> tuple[ConsentPhase, ...]:
    """Phases in the order of the visit."""
    present = frozenset(phases)
    return tuple(phase for phase in ConsentPhase if phase in present)
