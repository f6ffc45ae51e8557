"""Scans to compare in tests: of one site, and able to show everything unless a test says otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scanjobs.comparison import Change, ChangeKind, Comparison, compare
from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.evidence import Capture, HostContact, RuleInput
from scanjobs.domain.labels import LabelledCookie, LabelledHost
from scanjobs.domain.scans import ScanRecord
from tests import factories

BEFORE, ACCEPTED, REJECTED, UNKNOWN = ConsentPhase
ALL_INPUTS = frozenset(RuleInput)


def capture(phase: ConsentPhase = BEFORE, **changes: Any) -> Capture:
    return factories.capture(phase, **{"inputs": ALL_INPUTS, **changes})


def captures(*phases: ConsentPhase, **changes: Any) -> tuple[Capture, ...]:
    return tuple(capture(phase, **changes) for phase in phases)


def scan(
    *cookies: LabelledCookie, phases: tuple[ConsentPhase, ...] = (BEFORE,), **changes: Any
) -> ScanRecord:
    """A scan of shop.example with these cookies and nothing else, whole in these phases."""
    values = {"captures": captures(*phases), "cookies": cookies, "hosts": (), "findings": ()}
    record = factories.scan_record(**{**values, **changes})
    # The factory puts a cookie where there is none.
    return record if cookies else _without_cookies(record)


def _without_cookies(record: ScanRecord) -> ScanRecord:
    return replace(record, cookies=())


def cookie(name: str = "session", *phases: ConsentPhase, **changes: Any) -> LabelledCookie:
    """A cookie that a response set in each of these phases, before any choice unless some are named."""
    label = changes.pop("label", factories.label())
    party = changes.pop("party", None)
    seen = [factories.observed(name, phase=phase, **changes) for phase in phases or (BEFORE,)]
    more = {} if party is None else {"party": party}
    return factories.labelled(*seen, label=label, **more)


def host(
    name: str, *phases: ConsentPhase, vendor: str | None = None, **changes: Any
) -> tuple[LabelledHost, ...]:
    found = factories.labelled_hosts(
        *(
            HostContact(
                host=name, phase=phase, requests=3, first_url=f"https://{name}/", first_at=factories.NOON
            )
            for phase in phases or (BEFORE,)
        )
    )
    return tuple(replace(one, vendor=vendor, **changes) for one in found)


def kinds(changes: tuple[Change, ...]) -> dict[str, ChangeKind]:
    """What became of each thing, by its name."""
    return {change.thing.name: change.kind for change in changes}


def cookies_of(older: ScanRecord, newer: ScanRecord) -> tuple[Change, ...]:
    return compare(older, newer).cookies.changes


def only(older: ScanRecord, newer: ScanRecord) -> Change:
    """The one change of a cookie."""
    (change,) = cookies_of(older, newer)
    return change


def differences(older: ScanRecord, newer: ScanRecord) -> dict[str, tuple[Any, Any]]:
    """What changed about the one cookie, by aspect."""
    return {str(one.aspect): (one.older, one.newer) for one in only(older, newer).differences}


def finding_kinds(comparison: Comparison) -> dict[str, ChangeKind]:
    return {finding.rule_id: finding.kind for finding in comparison.findings}
