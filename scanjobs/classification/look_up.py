"""Answers what is known about a cookie that somebody names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scanjobs.classification.answers import Answer, Subject
from scanjobs.classification.classify import explain
from scanjobs.classification.said import Said
from scanjobs.classification.updates import database_in_force
from scanjobs.config import Settings
from scanjobs.domain.cookies import Party
from scanjobs.domain.declared import DeclaredType, SiteDeclaration
from scanjobs.domain.labels import Label
from scanjobs.domain.overrides import Override
from scanjobs.sites import party_of


@dataclass(frozen=True, kw_only=True, slots=True)
class LookedUp:
    """What is known about a cookie."""

    name: str
    domain: str | None
    site: str | None
    party: Party
    label: Label
    answers: tuple[Answer, ...]
    """What every source that knows it says, the most trusted first."""
    data_version: str


def look_up(
    settings: Settings,
    name: str,
    *,
    domain: str | None,
    site: str | None,
    lifetime_seconds: int | None,
    overrides: Sequence[Override] = (),
    declaration: SiteDeclaration | None = None,
) -> LookedUp:
    """What is said about a cookie of this name; whatever stores it, a line of a declaration may speak of it.

    Without a domain it is taken for the site's own. Without a site, the cookie of a company that is known by
    its domain is taken for a third party's, as one meets it, and any other for the site's own.

    Raises:
        CookieDataError: the cookie database in the data folder is damaged.
    """
    database = database_in_force(settings)
    host = domain or site or ""
    if domain is None:
        party = Party.FIRST
    elif site is not None:
        party = party_of(domain, site)
    else:
        party = Party.THIRD if database.vendors.find(domain) else Party.FIRST
    subject = Subject(name=name, host=host, party=party, types=tuple(DeclaredType))
    explained = explain(subject, lifetime_seconds, database, Said(site, overrides, declaration))
    return LookedUp(
        name=name,
        domain=domain,
        site=site,
        party=party,
        label=explained.label,
        answers=explained.answers,
        data_version=database.version,
    )
