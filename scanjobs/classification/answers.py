"""Asks every source about one cookie, the most trusted first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanjobs.classification import exemption
from scanjobs.classification.confidence import confidence_of
from scanjobs.classification.database import CookieDatabase, Match
from scanjobs.classification.heuristics import guess
from scanjobs.classification.said import Said
from scanjobs.classification.vendors import Vendor
from scanjobs.domain.cookies import Party
from scanjobs.domain.declared import DeclaredType
from scanjobs.domain.labels import LabelSource
from scanjobs.domain.purposes import Category, Exemption, ExemptionGround

USERS = (LabelSource.SITE_OVERRIDE, LabelSource.OVERRIDE)
_SERVER_GROUNDS = frozenset(ExemptionGround) - {ExemptionGround.CONSENT_CHOICE}


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """The cookie or stored item that is asked about."""

    name: str
    host: str
    party: Party
    types: tuple[DeclaredType, ...] = (DeclaredType.COOKIE, DeclaredType.UNKNOWN)
    """What a line of a declaration about it calls it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What one source says."""

    source: LabelSource
    category: Category | None = None
    """None: it says nothing about the purpose."""
    vendor: str | None = None
    confidence: float = 0.0
    """0 to 1, in the purpose."""
    exemption: Exemption | None = None
    """Only users say that themselves."""
    reason: str | None = None
    """Why, in the words of a user, or what the answer rests on."""
    privacy_url: str | None = None
    retention: str | None = None


def by_people(subject: Subject, said: Said) -> Iterator[Answer]:
    """What users and the site itself say, the closest first."""
    for override in said.by_users(subject.name, subject.host):
        yield Answer(
            source=LabelSource.OVERRIDE if override.site is None else LabelSource.SITE_OVERRIDE,
            category=override.category,
            vendor=override.vendor,
            confidence=1.0 if override.category else 0.0,
            exemption=override.exemption,
            reason=override.reason,
        )
    line = said.by_the_site(subject.name, subject.host, subject.types)
    if line is not None and line.category is not None:
        yield Answer(
            source=LabelSource.DECLARATION,
            category=line.category,
            vendor=line.provider,
            confidence=confidence_of(LabelSource.DECLARATION, line.category),
            reason=f"declared as {line.category_words}" if line.category_words else None,
        )


def by_data(subject: Subject, database: CookieDatabase) -> Iterator[Answer]:
    """What the lists, the databases and the form of the name say, the most trusted first."""
    name, host = subject.name, subject.host
    company = database.vendors.find(host)
    documented = database.documented(name, host)
    if documented:
        yield _by_match(documented, subject, company)
    named = database.by_name(name, host)
    implied = _by_vendor(subject, company)
    # A server's session or balancer on an advertiser's domain serves the advertiser: there its name tells
    # how it works, and only the business of the vendor what for.
    is_anybodys = (
        implied is not None and _is_a_servers(name) and not (named and named.entry.agrees_with(host))
    )
    if named and not is_anybodys:
        yield _by_match(named, subject, company)
    if implied:
        yield implied
    if named and is_anybodys:
        yield _by_match(named, subject, company)
    for match in (database.by_prefix(name, host), database.in_second(name, host)):
        if match and not (named and match.entry is named.entry):  # a prefix is a name as well
            yield _by_match(match, subject, company)
    guessed = guess(name)
    if guessed:
        yield Answer(
            source=LabelSource.HEURISTIC,
            category=guessed.category,
            vendor=company.name if company else None,
            confidence=confidence_of(LabelSource.HEURISTIC, guessed.category),
            reason=f"its name speaks of {guessed.because}",
        )


def _is_a_servers(name: str) -> bool:
    return _listed_ground(name) in _SERVER_GROUNDS


def _listed_ground(name: str) -> ExemptionGround | None:
    entry = exemption.curated_list().find(name)
    return entry.ground if entry else None


def _by_vendor(subject: Subject, company: Vendor | None) -> Answer | None:
    # A company's own site has cookies of every kind; its business tells their purpose on other sites only.
    if company is None or company.implied_category is None or subject.party is Party.FIRST:
        return None
    return Answer(
        source=LabelSource.VENDOR,
        category=company.implied_category,
        vendor=company.name,
        confidence=confidence_of(LabelSource.VENDOR, company.implied_category),
        reason=f"its business is {company.business}",
    )


def _by_match(match: Match, subject: Subject, company: Vendor | None) -> Answer:
    entry = match.entry
    owner = company.name if company else None
    # The name says what it is for; the domain says whose it is, so another vendor's policy would mislead.
    is_anothers = subject.party is Party.THIRD and owner is not None and not entry.agrees_with(subject.host)
    category = entry.category
    if category is Category.FUNCTIONAL and _listed_ground(subject.name):
        # The list tells necessary from functional where databases do not, exempt or not.
        category = Category.NECESSARY
    return Answer(
        source=match.source,
        category=category,
        vendor=owner if is_anothers else entry.vendor or owner,
        confidence=confidence_of(match.source, category),
        reason=f"known as {entry.name}{'*' if entry.is_prefix and entry.name != subject.name else ''}",
        privacy_url=None if is_anothers else entry.privacy_url,
        retention=None if is_anothers else entry.retention,
    )
