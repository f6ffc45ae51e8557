"""Labels every cookie of a scan: groups what was observed, asks the database, judges the exemption."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from scanjobs.classification import exemption
from scanjobs.classification.confidence import confidence_of
from scanjobs.classification.database import CookieDatabase, default_database
from scanjobs.domain.cookies import ConsentPhase, CookieKey, ObservedCookie, Party
from scanjobs.domain.declared import SiteDeclaration
from scanjobs.domain.evidence import Evidence, HostContact
from scanjobs.domain.labels import (
    Label,
    LabelledCookie,
    LabelledEvidence,
    LabelledHost,
    LabelledStorage,
    LabelSource,
)
from scanjobs.domain.purposes import Category, Exemption
from scanjobs.domain.storage import StorageKey, StoredItem
from scanjobs.sites import host_of, party_of

_Seen = TypeVar("_Seen", ObservedCookie, StoredItem)


def classify(
    evidence: Evidence,
    site: str,
    database: CookieDatabase | None = None,
    *,
    declaration: SiteDeclaration | None = None,
) -> LabelledEvidence:
    """Every cookie and stored item of a scan once, labelled, with what each phase showed of it; every host.

    The declaration goes along for the rules; the labels do not follow it.
    """
    database = database or default_database()
    seen: defaultdict[CookieKey, list[ObservedCookie]] = defaultdict(list)
    for cookie in evidence.cookies:
        seen[cookie.key].append(cookie)
    cookies = []
    for key in sorted(seen):
        observations = _in_order_of_visit(seen[key])
        party = party_of(key.domain, site)
        label = label_of(
            key.name, key.domain, party, lifetime_seconds=_longest_lifetime(observations), database=database
        )
        cookies.append(LabelledCookie(key=key, party=party, label=label, observations=observations))
    return LabelledEvidence(
        evidence=evidence,
        site=site,
        cookies=tuple(cookies),
        data_version=database.version,
        storage=_label_storage(evidence.storage, site, database),
        hosts=tuple(_label_host(contact, site, database) for contact in evidence.hosts),
        declaration=declaration,
    )


def label_of(
    name: str,
    domain: str,
    party: Party,
    *,
    lifetime_seconds: int | None = None,
    database: CookieDatabase | None = None,
) -> Label:
    """What we say about one cookie: its purpose, its vendor, and whether it needs consent.

    The most trusted answer wins: the list of exempt cookies, name and domain, name, vendor of the domain,
    prefix, second database. The lifetime is 0 for a session cookie and None where it is not known.
    """
    found = _find(name, domain, party, database or default_database())
    confidence = confidence_of(found.source, found.category)
    ruling = exemption.judge(
        name, party=party, category=found.category, confidence=confidence, lifetime_seconds=lifetime_seconds
    )
    is_sure = found.source is not LabelSource.NONE and confidence >= exemption.ADEQUATE_CONFIDENCE
    category, source = found.category, found.source
    if ruling.exemption is Exemption.EXEMPT:
        # The curated list knows the name exactly, and tells necessary from functional where databases do not.
        category, source = Category.NECESSARY, LabelSource.CURATED
        confidence = confidence_of(source, category)
    return Label(
        category=category,
        vendor=found.vendor,
        source=source,
        confidence=confidence,
        exemption=ruling.exemption,
        exemption_reason=ruling.reason,
        privacy_url=found.privacy_url,
        declared_retention=found.retention,
        exemption_ground=ruling.ground,
        database_category=found.category if is_sure else None,
    )


def _label_storage(
    items: Sequence[StoredItem], site: str, database: CookieDatabase
) -> tuple[LabelledStorage, ...]:
    seen: defaultdict[StorageKey, list[StoredItem]] = defaultdict(list)
    for item in items:
        seen[item.key].append(item)
    labelled = []
    for key in sorted(seen):
        host = host_of(key.origin) or ""
        party = party_of(host, site)
        labelled.append(
            LabelledStorage(
                key=key,
                party=party,
                label=label_of(key.name, host, party, database=database),
                observations=_in_order_of_visit(seen[key]),
            )
        )
    return tuple(labelled)


def _in_order_of_visit(seen: Sequence[_Seen]) -> tuple[_Seen, ...]:
    return tuple(one for phase in ConsentPhase for one in seen if one.phase is phase)


def _label_host(contact: HostContact, site: str, database: CookieDatabase) -> LabelledHost:
    vendor = database.vendors.find(contact.host)
    implied = vendor.implied_category if vendor else None
    return LabelledHost(
        contact=contact,
        party=party_of(contact.host, site),
        vendor=vendor.name if vendor else None,
        category=implied or Category.UNCLASSIFIED,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """The answer of the most trusted source."""

    category: Category
    source: LabelSource
    vendor: str | None = None
    privacy_url: str | None = None
    retention: str | None = None


def _find(name: str, domain: str, party: Party, database: CookieDatabase) -> _Found:
    """Ask the sources one after the other."""
    company = database.vendors.find(domain)
    # A company's own site has cookies of every kind; its business tells their purpose on other sites only.
    implied = company.implied_category if company and party is Party.THIRD else None
    match = database.by_name(name, domain)
    if match is None and implied is None:
        match = database.by_prefix(name, domain) or database.in_second(name, domain)
    owner = company.name if company else None
    if match is None:
        if implied is None:
            return _Found(category=Category.UNCLASSIFIED, source=LabelSource.NONE, vendor=owner)
        return _Found(category=implied, source=LabelSource.VENDOR, vendor=owner)
    entry = match.entry
    if party is Party.THIRD and owner is not None and not entry.agrees_with(domain):
        # The name says what it is for; the domain says whose it is, so another vendor's policy would mislead.
        return _Found(category=entry.category, source=match.source, vendor=owner)
    return _Found(
        category=entry.category,
        source=match.source,
        vendor=entry.vendor or owner,
        privacy_url=entry.privacy_url,
        retention=entry.retention,
    )


def _longest_lifetime(observations: Sequence[ObservedCookie]) -> int | None:
    """The longest lifetime asked for in any phase, 0 for session cookies; None where it is not known.

    A request tells nothing, so a phase that saw the cookie being set speaks for it; an Expires that could
    not be counted from any moment may be longer than whatever else was seen.
    """
    lifetimes = [0 if o.is_session else o.lifetime_seconds for o in observations if o.is_session is not None]
    known = [seconds for seconds in lifetimes if seconds is not None]
    return max(known) if known and len(known) == len(lifetimes) else None
