"""Which cookies and third parties a report lists, row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from scanjobs.domain.cookies import ConsentPhase, CookieOrigin, ObservedCookie, Party
from scanjobs.domain.labels import LabelledCookie, LabelledHost
from scanjobs.domain.purposes import Category
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports.listed import HostRow, InventoryRow
from scanjobs.reports.parts import Lifespan, Presence
from scanjobs.reports.words import Words
from scanjobs.sites import registrable_domain

_NEVER = datetime.max.replace(tzinfo=UTC)


def phases_of(scan: ScanRecord) -> tuple[ConsentPhase, ...]:
    """The phases a scan captured or saw a cookie in, in the order of the visit."""
    present = {capture.phase for capture in scan.captures}
    present.update(phase for cookie in scan.cookies for phase in cookie.phases)
    return tuple(phase for phase in ConsentPhase if phase in present)


def inventory(scan: ScanRecord, words: Words) -> tuple[InventoryRow, ...]:
    """Every cookie of the scan, by name, domain and path."""
    phases = phases_of(scan)
    rows = [inventory_row(cookie, phases, words) for cookie in scan.cookies]
    return tuple(sorted(rows, key=lambda row: (row.name.casefold(), row.domain, row.path, row.partition)))


def third_party_hosts(scan: ScanRecord) -> tuple[HostRow, ...]:
    """Every third-party host that was contacted, the most contacted first."""
    phases = phases_of(scan)
    seen: dict[str, list[LabelledHost]] = {}
    for host in scan.hosts:
        if host.party is Party.THIRD:
            seen.setdefault(host.contact.host, []).append(host)
    cookies = Counter(cookie.latest.shown_domain for cookie in scan.cookies)
    rows = [_host_row(host, labelled, phases, _cookies_for(host, cookies)) for host, labelled in seen.items()]
    return tuple(sorted(rows, key=lambda row: (-row.total, row.host)))


def inventory_row(cookie: LabelledCookie, phases: Sequence[ConsentPhase], words: Words) -> InventoryRow:
    """One cookie as a report lists it; `phases` are those that were captured."""
    latest, longest, label = cookie.latest, cookie.longest, cookie.label
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
        lifespan=_lifespan(longest),
        lifetime_seconds=longest.lifetime_seconds,
        lifetime=words.lifetime(longest),
        declared_retention=label.declared_retention,
        expires_at=longest.expires_at,
        host_only=latest.host_only,
        secure=latest.secure,
        http_only=latest.http_only,
        same_site=latest.same_site,
        partitioned=latest.partitioned,
        flags=words.flags(latest),
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


def _cookies_for(host: str, cookies: Counter[str]) -> int:
    """How many of the cookies a host gets, by the domains they are shown with."""
    labels = host.split(".")
    return cookies[host] + sum(cookies[f".{'.'.join(labels[start:])}"] for start in range(len(labels)))


def _host_row(
    host: str, labelled: Sequence[LabelledHost], phases: Sequence[ConsentPhase], cookies: int
) -> HostRow:
    contacts = [one.contact for one in labelled]
    requests = {contact.phase: contact.requests for contact in contacts}
    in_order = [contact for phase in ConsentPhase for contact in contacts if contact.phase is phase]
    first = min(in_order, key=lambda contact: contact.first_at or _NEVER)
    return HostRow(
        host=host,
        registrable_domain=registrable_domain(host),
        requests=tuple(requests.get(phase, 0) for phase in phases),
        total=sum(contact.requests for contact in contacts),
        vendor=next((one.vendor for one in labelled if one.vendor), None),
        category=next((one.category for one in labelled), Category.UNCLASSIFIED),
        is_tracker=any(one.is_tracker for one in labelled),
        cookies=cookies,
        initiator=first.initiator,
        first_phase=first.phase,
        first_url=first.first_url,
        first_at=first.first_at,
    )
