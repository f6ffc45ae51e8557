"""Labels every cookie of a scan: groups what was observed, asks the sources, judges the exemption."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from scanjobs.classification import exemption
from scanjobs.classification.answers import USERS, Answer, Subject, by_data, by_people
from scanjobs.classification.confidence import confidence_of
from scanjobs.classification.database import CookieDatabase, default_database
from scanjobs.classification.exemption import Ruling
from scanjobs.classification.said import NOTHING, Said
from scanjobs.domain.cookies import ConsentPhase, CookieKey, ObservedCookie, Party
from scanjobs.domain.declared import DeclaredType, SiteDeclaration
from scanjobs.domain.evidence import Evidence, HostContact
from scanjobs.domain.labels import (
    Label,
    LabelledCookie,
    LabelledEvidence,
    LabelledHost,
    LabelledStorage,
    LabelSource,
)
from scanjobs.domain.overrides import Override
from scanjobs.domain.purposes import Category
from scanjobs.domain.storage import StorageKey, StorageKind, StoredItem
from scanjobs.sites import host_of, party_of

_Seen = TypeVar("_Seen", ObservedCookie, StoredItem)
_TYPES = {
    StorageKind.LOCAL: (DeclaredType.LOCAL_STORAGE, DeclaredType.UNKNOWN),
    StorageKind.SESSION: (DeclaredType.SESSION_STORAGE, DeclaredType.UNKNOWN),
    StorageKind.INDEXED_DB: (DeclaredType.INDEXED_DB, DeclaredType.UNKNOWN),
}


def classify(
    evidence: Evidence,
    site: str,
    database: CookieDatabase | None = None,
    *,
    overrides: Sequence[Override] = (),
    declaration: SiteDeclaration | None = None,
) -> LabelledEvidence:
    """Every cookie and stored item of a scan once, labelled, with what each phase showed of it; every host.

    What users say counts most, then what the site declares, then what is known. The declaration goes along
    for the rules.
    """
    database = database or default_database()
    said = Said(site, overrides, declaration)
    seen: defaultdict[CookieKey, list[ObservedCookie]] = defaultdict(list)
    for cookie in evidence.cookies:
        seen[cookie.key].append(cookie)
    cookies = []
    for key in sorted(seen):
        observations = _in_order_of_visit(seen[key])
        subject = Subject(name=key.name, host=key.domain, party=party_of(key.domain, site))
        label = _labelled(subject, _longest_lifetime(observations), database, said)
        cookies.append(LabelledCookie(key=key, party=subject.party, label=label, observations=observations))
    return LabelledEvidence(
        evidence=evidence,
        site=site,
        cookies=tuple(cookies),
        data_version=database.version,
        storage=_label_storage(evidence.storage, site, database, said),
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
    said: Said = NOTHING,
) -> Label:
    """What we say about one cookie: its purpose, its vendor, and whether it needs consent.

    The most trusted answer wins: users for the site, users, the site's declaration, the list of exempt
    cookies, what its maker documents, name and domain, name, vendor of the domain, prefix, second database,
    the form of the name. The lifetime is 0 for a session cookie and None where it is not known.
    """
    subject = Subject(name=name, host=domain, party=party)
    return _labelled(subject, lifetime_seconds, database or default_database(), said)


@dataclass(frozen=True, kw_only=True, slots=True)
class Explained:
    """A label, and what every source said."""

    label: Label
    answers: tuple[Answer, ...]
    """The most trusted first; the list of exempt cookies among them where it applies."""


def explain(
    subject: Subject, lifetime_seconds: int | None, database: CookieDatabase, said: Said
) -> Explained:
    """What we say about one cookie, and why."""
    people = tuple(by_people(subject, said))
    data = tuple(by_data(subject, database))
    known = data[0] if data else _UNKNOWN
    ruling = _ruling(subject, people, known, lifetime_seconds)
    curated = _curated(ruling, known)
    return Explained(
        label=_label(subject, people, curated, known, ruling, database),
        answers=(*people, *([curated] if curated else ()), *data),
    )


def _labelled(subject: Subject, lifetime_seconds: int | None, database: CookieDatabase, said: Said) -> Label:
    """The label alone, for which the first that knows is enough."""
    people = tuple(by_people(subject, said))
    known = next(by_data(subject, database), _UNKNOWN)
    ruling = _ruling(subject, people, known, lifetime_seconds)
    return _label(subject, people, _curated(ruling, known), known, ruling, database)


def _curated(ruling: Ruling, known: Answer) -> Answer | None:
    """What the list of exempt cookies says where it applies.

    It knows the name exactly, and tells necessary from functional where databases do not.
    """
    if not ruling.is_curated:
        return None
    return replace(
        known,
        source=LabelSource.CURATED,
        category=Category.NECESSARY,
        confidence=confidence_of(LabelSource.CURATED, Category.NECESSARY),
        reason=f"known for {ruling.ground.replace('_', ' ')}" if ruling.ground else None,
    )


def _label(
    subject: Subject,
    people: Sequence[Answer],
    curated: Answer | None,
    known: Answer,
    ruling: Ruling,
    database: CookieDatabase,
) -> Label:
    purpose = next((one for one in people if one.category is not None), curated or known)
    by_user = next((one.vendor for one in people if one.source in USERS and one.vendor), None)
    by_anybody = known.vendor or next((one.vendor for one in people if one.vendor), None)
    return Label(
        category=purpose.category or Category.UNCLASSIFIED,
        vendor=by_user or by_anybody or _owner(database, subject.host),
        source=purpose.source,
        confidence=purpose.confidence,
        exemption=ruling.exemption,
        exemption_reason=ruling.reason,
        privacy_url=known.privacy_url if by_user in (None, known.vendor) else None,
        declared_retention=known.retention,
        exemption_ground=ruling.ground,
        database_category=known.category if _is_sure(known) else None,
    )


_UNKNOWN = Answer(source=LabelSource.NONE)


def _owner(database: CookieDatabase, host: str) -> str | None:
    """The company a host belongs to, whatever its business."""
    company = database.vendors.find(host)
    return company.name if company else None


def _is_sure(known: Answer) -> bool:
    is_from_data = known.source not in (LabelSource.NONE, LabelSource.HEURISTIC)
    return is_from_data and known.confidence >= exemption.ADEQUATE_CONFIDENCE


def _ruling(
    subject: Subject, people: Sequence[Answer], known: Answer, lifetime_seconds: int | None
) -> Ruling:
    """Whether it needs consent: as a user says, else by its purpose.

    What the site declares can speak against an exemption and never for one: it is what the rules check.
    """
    by_users = [one for one in people if one.source in USERS]
    word = next((one for one in by_users if one.exemption is not None), None)
    purpose = next((one for one in by_users if one.category is not None), None)
    declared = next((one for one in people if one.source is LabelSource.DECLARATION), None)
    judged, who = known, "A database"
    if purpose is not None:
        judged, who = purpose, "A user"
    elif declared is not None and (
        declared.category in exemption.TRACKING or known.category in (None, Category.UNCLASSIFIED)
    ):
        judged, who = declared, "The site's declaration"
    ruling = exemption.judge(
        subject.name,
        party=subject.party,
        category=judged.category or Category.UNCLASSIFIED,
        confidence=judged.confidence,
        lifetime_seconds=lifetime_seconds,
        who=who if judged.source is not LabelSource.HEURISTIC else "The form of its name",
    )
    if word is not None and word.exemption is not None:
        return exemption.as_a_user_says(word.exemption, word.reason, ruling)
    if purpose is not None and purpose.category in exemption.TRACKING:
        return exemption.needs_consent(purpose.category, who="A user")
    return ruling


def _label_storage(
    items: Sequence[StoredItem], site: str, database: CookieDatabase, said: Said
) -> tuple[LabelledStorage, ...]:
    seen: defaultdict[StorageKey, list[StoredItem]] = defaultdict(list)
    for item in items:
        seen[item.key].append(item)
    labelled = []
    for key in sorted(seen):
        host = host_of(key.origin) or ""
        subject = Subject(name=key.name, host=host, party=party_of(host, site), types=_TYPES[key.kind])
        labelled.append(
            LabelledStorage(
                key=key,
                party=subject.party,
                label=_labelled(subject, None, database, said),
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


def _longest_lifetime(observations: Sequence[ObservedCookie]) -> int | None:
    """The longest lifetime asked for in any phase, 0 for session cookies; None where it is not known.

    A request tells nothing, so a phase that saw the cookie being set speaks for it; an Expires that could
    not be counted from any moment may be longer than whatever else was seen.
    """
    lifetimes = [0 if o.is_session else o.lifetime_seconds for o in observations if o.is_session is not None]
    known = [seconds for seconds in lifetimes if seconds is not None]
    return max(known) if known and len(known) == len(lifetimes) else None
