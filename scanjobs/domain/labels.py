"""What a cookie is for and whose it is, with the reason we say so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scanjobs.domain.cookies import ConsentPhase, CookieKey, ObservedCookie, Party
from scanjobs.domain.declared import SiteDeclaration
from scanjobs.domain.evidence import Evidence, HostContact
from scanjobs.domain.purposes import Category, Exemption, ExemptionGround
from scanjobs.domain.storage import StorageKey, StoredItem


class LabelSource(StrEnum):
    """Where a category comes from, most trusted first."""

    SITE_OVERRIDE = "site_override"
    """What a user said about the cookie on this site."""
    OVERRIDE = "override"
    """What a user said about it everywhere."""
    DECLARATION = "declaration"
    """What the site itself declares."""
    CURATED = "curated"
    """The list of cookies that need no consent, which knows the name and found nothing against it."""
    DOCUMENTED = "documented"
    """Our list of what makers document of their cookies, where databases are silent or say otherwise."""
    NAME_AND_DOMAIN = "name_and_domain"
    NAME = "name"
    VENDOR = "vendor"
    PREFIX = "prefix"
    SECOND_DATABASE = "second_database"
    HEURISTIC = "heuristic"
    """The form of its name."""
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """What we say about one cookie and how sure we are."""

    category: Category
    vendor: str | None
    source: LabelSource
    confidence: float
    """0 to 1."""
    exemption: Exemption
    exemption_reason: str
    """One sentence for the report."""
    privacy_url: str | None = None
    declared_retention: str | None = None
    """How long the database says such a cookie lives, in its words."""
    exemption_ground: ExemptionGround | None = None
    """The ground that the curated list knows the name for on the site's own domain, even where this cookie
    lives too long for it; None where there is none."""
    database_category: Category | None = None
    """What the databases alone say, whoever had the last word; None where they are not sure enough."""

    @property
    def is_consent_choice(self) -> bool:
        """Whether it keeps what the visitor chose in the consent banner."""
        return self.exemption_ground is ExemptionGround.CONSENT_CHOICE


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelledCookie:
    """One cookie of a scan with its label and what each phase showed of it."""

    key: CookieKey
    party: Party
    label: Label
    observations: tuple[ObservedCookie, ...]
    """One per phase it was seen in, in the order of the visit; never empty."""

    @property
    def phases(self) -> tuple[ConsentPhase, ...]:
        """The phases it was seen in."""
        return tuple(observation.phase for observation in self.observations)

    @property
    def latest(self) -> ObservedCookie:
        """The observation that knows most: the last one set by a response, else the last one."""
        told = [o for o in self.observations if o.host_only is not None]
        return (told or list(self.observations))[-1]

    @property
    def longest(self) -> ObservedCookie:
        """The observation that asked to live longest, a session for no time; the best where none tells."""
        told = [o for o in self.observations if o.is_session or o.lifetime_seconds is not None]
        return max(told, key=lambda o: o.lifetime_seconds or 0) if told else self.latest


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelledStorage:
    """One stored item of a scan with its label and what each phase showed of it."""

    key: StorageKey
    party: Party
    label: Label
    observations: tuple[StoredItem, ...]
    """One per phase it was seen in, in the order of the visit; never empty."""

    @property
    def phases(self) -> tuple[ConsentPhase, ...]:
        """The phases it was seen in."""
        return tuple(observation.phase for observation in self.observations)


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelledHost:
    """The requests to one host in one phase, and whose host it is."""

    contact: HostContact
    party: Party
    vendor: str | None
    category: Category
    """What the vendor's business implies: marketing or analytics make it a tracker; else unclassified."""

    @property
    def is_tracker(self) -> bool:
        """True for somebody else's host that is there to track: by its vendor, or by the capturing tool."""
        known = self.category in (Category.ANALYTICS, Category.MARKETING)
        return self.party is Party.THIRD and (known or self.contact.called_tracking > 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelledEvidence:
    """A scan after classification: what the rules judge."""

    evidence: Evidence
    site: str
    """Registrable domain of the first page."""
    cookies: tuple[LabelledCookie, ...]
    """Ordered by name, domain, path."""
    data_version: str
    """Version of the cookie database that the labels come from."""
    storage: tuple[LabelledStorage, ...] = ()
    """Ordered by name, origin, kind."""
    hosts: tuple[LabelledHost, ...] = ()
    """Ordered by host, then by phase."""
    declaration: SiteDeclaration | None = None
    """What the site says about its cookies; None where nobody brought it."""
