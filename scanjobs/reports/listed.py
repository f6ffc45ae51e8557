"""What a report lists row by row: cookies, stored items, hosts, what is declared, what changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scanjobs.comparison import ChangeKind
from scanjobs.domain.cookies import ConsentPhase, ObservedCookie, Party, SameSite, ValueFingerprint
from scanjobs.domain.declared import DeclaredType
from scanjobs.domain.findings import Outcome, Severity
from scanjobs.domain.labels import LabelSource
from scanjobs.domain.purposes import Category, Exemption
from scanjobs.domain.storage import StorageKind
from scanjobs.reports.parts import Agreement, Lifespan, Presence


@dataclass(frozen=True, kw_only=True, slots=True)
class InventoryRow:
    """One cookie: what was observed and what is said about it."""

    name: str
    domain: str
    """With a leading dot when subdomains get the cookie too."""
    path: str
    partition: str
    party: Party
    category: Category
    source: LabelSource
    confidence: float
    """0 to 1."""
    vendor: str | None
    privacy_url: str | None
    exemption: Exemption
    exemption_reason: str
    lifespan: Lifespan
    lifetime_seconds: int | None
    """The longest that any phase asked for."""
    lifetime: str
    """The lifetime in words."""
    declared_retention: str | None
    expires_at: datetime | None
    host_only: bool | None
    secure: bool | None
    http_only: bool | None
    same_site: SameSite | None
    partitioned: bool | None
    flags: str
    """The attributes in words; what could not be seen says so."""
    value: ValueFingerprint
    """Of the observation that the attributes come from."""
    phases: tuple[ConsentPhase, ...]
    presence: tuple[Presence, ...]
    """One for each captured phase, in the order of the visit: the row of the consent matrix."""
    first_url: str
    first_seen_at: datetime | None
    observations: tuple[ObservedCookie, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class HostRow:
    """A third-party host that was contacted."""

    host: str
    registrable_domain: str
    requests: tuple[int, ...]
    """One for each captured phase."""
    total: int
    vendor: str | None
    category: Category
    """What the vendor's business implies."""
    is_tracker: bool
    cookies: int
    """Cookies that were observed for this host: its own, and those of domains above it that it gets too."""
    initiator: str | None
    """What asked for it first."""
    first_phase: ConsentPhase
    first_url: str
    first_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StorageRow:
    """One stored item: what was observed and what is said about it."""

    name: str
    kind: StorageKind
    origin: str
    party: Party
    category: Category
    source: LabelSource
    confidence: float
    """0 to 1."""
    vendor: str | None
    exemption: Exemption
    exemption_reason: str
    phases: tuple[ConsentPhase, ...]
    presence: tuple[Presence, ...]
    """One for each captured phase, in the order of the visit."""
    value: ValueFingerprint | None
    """Of the last observation; None where the capture did not tell what the item holds."""
    first_url: str | None
    initiator: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredRow:
    """One cookie or item beside what the site declares of it."""

    name: str
    """As observed, or as declared where it was not observed."""
    place: str
    """The domain or origin; of a line that names none, empty."""
    type: DeclaredType
    agreement: Agreement
    declared_category: str
    """In the declaration's words; empty where no line speaks of it."""
    observed_category: Category | None
    declared_lifetime: str
    """In the declaration's words."""
    observed_lifetime: str
    """Empty where it was not observed."""
    differences: tuple[str, ...]
    """A sentence each."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredPart:
    """What the site declares against what was observed."""

    file_name: str
    sha256: str
    declared_at: datetime | None
    imported_at: datetime
    lines: int
    sentence: str
    rows: tuple[DeclaredRow, ...]
    """What calls for something first, then by name."""
    counts: tuple[tuple[Agreement, int], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeRow:
    """What became of one thing since the last scan."""

    kind: ChangeKind
    kind_label: str
    sort: str
    """`cookies`, `storage`, `hosts` or `vendors`."""
    sort_label: str
    name: str
    place: str
    category: Category | None
    what: str
    """What differs, or why it cannot be compared, in words; empty where the kind says it all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingChangeRow:
    """What became of one rule's answer since the last scan."""

    rule_id: str
    title: str
    severity: Severity
    kind: ChangeKind
    kind_label: str
    older: Outcome | None
    newer: Outcome | None
    what: str
    """How many things it names more or fewer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeCount:
    """The changes of one sort in numbers."""

    sort: str
    sort_label: str
    added: int
    removed: int
    changed: int
    not_comparable: int
    unchanged: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangesPart:
    """What changed since the site's last scan."""

    older_id: str
    older_at: datetime
    older_score: int | None
    newer_score: int | None
    """Its compliance score, judged by the rules of now; None where it is withheld."""
    sentence: str
    notes: tuple[str, ...]
    counts: tuple[ChangeCount, ...]
    findings: tuple[FindingChangeRow, ...]
    rows: tuple[ChangeRow, ...]
    """Added, removed and changed things before those that cannot be compared."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclarationRow:
    """One line of a cookie declaration."""

    name: str
    provider: str
    """The vendor where one is known, and the domain."""
    purpose: str
    """The purpose that the site declares; empty where it declares none."""
    lifetime: str
    type: str
    """For instance `Cookie, third party`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclarationGroup:
    """The lines of one purpose, and what that purpose is."""

    category: Category
    title: str
    explanation: str
    rows: tuple[DeclarationRow, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclarationPart:
    """A cookie declaration that a site can publish, made from what was observed."""

    title: str
    introduction: str
    headings: tuple[str, ...]
    """Of the columns, in the order of `DeclarationRow`."""
    groups: tuple[DeclarationGroup, ...]
    """Only purposes that occur."""
    updated: str
    """When it was made, in words."""
    remarks: tuple[str, ...]
    """What has to be completed before it is published; no part of the declaration itself."""
