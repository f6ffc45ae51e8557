"""Which cookies and third parties a report lists, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from scanjobs.domain.cookies import ConsentPhase, CookieOrigin, ObservedCookie, Party
from scanjobs.domain.evidence import HostContact
from scanjobs.domain.labels import LabelledCookie
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports import wording
from scanjobs.reports.parts import HostRow, InventoryRow, Lifespan, Presence
from scanjobs.sites import registrable_domain

_NEVER = datetime.max.replace(tzinfo=UTC)


def phases_of(scan: ScanRecord) -> tuple[ConsentPhase, ...]:
    """The phases a scan captured or saw a cookie in, in the order of the visit."""
    present = {capture.phase for capture in scan.captures}
    present.update(phase for cookie in scan.cookies for phase in cookie.phases)
    return tuple(phase for phase in ConsentPhase if phase in present)


def inventory(scan: ScanRecord) -> tuple[InventoryRow, ...]:
    """Every cookie of the scan, by name, domain and path."""
    phases = phases_of(scan)
    rows = [_row(cookie, phases) for cookie in scan.cookies]
    return tuple(sorted(rows, key=lambda row: (row.name.casefold(), row.domain, row.path, row.partition)))


def third_party_hosts(scan: ScanRecord) -> tuple[HostRow, ...]:
    """Every third-party host that was contacted, the most contacted first."""
    phases = phases_of(scan)
    contacts: dict[str, list[HostContact]] = {}
    for host in scan.hosts:
        if host.party is Party.THIRD:
            contacts.setdefault(host.contact.host, []).append(host.contact)
    rows = [_host_row(host, seen, phases) for host, seen in contacts.items()]
    return tuple(sorted(rows, key=lambda row: (-row.total, row.host)))


def _row(cookie: LabelledCookie, phases: Sequence[ConsentPhase]) -> InventoryRow:
    latest, label = cookie.latest, cookie.label
    first = _first(cookie.observations)
    return InventoryRow(
        name=cookie.key.name,
        domain=latest.shown_domain,
        path=cookie.key.path,
        partition=cookie.key.partition,
        party=cookie.party,
        category=label.category,
        source=label.source,
        confidence=label.confidence,
        vendor=label.vendor,
        privacy_url=label.privacy_url,
        exemption=label.exemption,
        exemption_reason=label.exemption_reason,
        lifespan=_lifespan(latest),
        lifetime_seconds=latest.lifetime_seconds,
        lifetime=wording.lifetime(latest),
        declared_retention=label.declared_retention,
        expires_at=latest.expires_at,
        host_only=latest.host_only,
        secure=latest.secure,
        http_only=latest.http_only,
        same_site=latest.same_site,
        partitioned=latest.partitioned,
        flags=wording.flags(latest),
        value=latest.value,
        phases=cookie.phases,
        presence=_presence(cookie.observations, phases),
        first_url=first.first_url,
        first_seen_at=first.observed_at,
        observations=cookie.observations,
    )


def _first(observations: Iterable[ObservedCookie]) -> ObservedCookie:
    """The earliest observation; without a time, the first in the order of the visit."""
    return min(observations, key=lambda observation: observation.observed_at or _NEVER)


def _lifespan(cookie: ObservedCookie) -> Lifespan:
    if cookie.is_session is None:
        return Lifespan.UNKNOWN
    return Lifespan.SESSION if cookie.is_session else Lifespan.PERSISTENT


def _presence(observations: Iterable[ObservedCookie], phases: Sequence[ConsentPhase]) -> tuple[Presence, ...]:
    seen = {
        o.phase: Presence.SET if o.origin is CookieOrigin.SET_COOKIE else Presence.SENT for o in observations
    }
    return tuple(seen.get(phase, Presence.ABSENT) for phase in phases)


def _host_row(host: str, contacts: Sequence[HostContact], phases: Sequence[ConsentPhase]) -> HostRow:
    requests = {contact.phase: contact.requests for contact in contacts}
    in_order = [contact for phase in ConsentPhase for contact in contacts if contact.phase is phase]
    first = min(in_order, key=lambda contact: contact.first_at or _NEVER)
    return HostRow(
        host=host,
        registrable_domain=registrable_domain(host),
        requests=tuple(requests.get(phase, 0) for phase in phases),
        total=sum(contact.requests for contact in contacts),
        first_phase=first.phase,
        first_url=first.first_url,
        first_at=first.first_at,
    )
