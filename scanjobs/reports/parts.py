"""What a report is made of: frozen values in which every number, order and sentence is decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from scanjobs.comparison import ChangeKind
from scanjobs.domain.cookies import ConsentPhase, ObservedCookie, Party, SameSite, ValueFingerprint
from scanjobs.domain.declared import DeclaredType
from scanjobs.domain.evidence import Capture, Gap
from scanjobs.domain.findings import FindingItem, Outcome, Severity
from scanjobs.domain.labels import LabelSource
from scanjobs.domain.purposes import Category, Exemption
from scanjobs.domain.storage import StorageKind

WITHOUT_CONSENT = (ConsentPhase.BEFORE, ConsentPhase.REJECTED)
"""Phases in which only what needs no consent may be stored."""


class VerdictStatus(StrEnum):
    """What the report says in one word."""

    FAILED = "failed"
    """At least one rule of severity critical or high failed."""
    ATTENTION = "attention"
    """Nothing grave failed, but something failed or warned."""
    CLEAN = "clean"
    """No rule failed or warned among those that could be evaluated."""
    WITHHELD = "withheld"
    """The evidence is too thin to say anything about the whole."""


class Presence(StrEnum):
    """How a cookie showed in one phase."""

    SET = "set"
    """A response asked the browser to store it."""
    SENT = "sent"
    """It was only seen in a request."""
    ABSENT = "absent"
    """The phase was captured and the cookie was not seen."""


class Lifespan(StrEnum):
    """The type of a cookie by when it goes."""

    SESSION = "session"
    PERSISTENT = "persistent"
    UNKNOWN = "unknown"
    """Only seen in a request, which does not tell."""


class Agreement(StrEnum):
    """How what was observed and what the site declares go together."""

    NOT_DECLARED = "not_declared"
    """It was observed and no line of the declaration speaks of it."""
    DIFFERS = "differs"
    """A line speaks of it and says something else than was observed."""
    NOT_OBSERVED = "not_observed"
    """A line speaks of something that this scan did not see, which is no proof that it is not there."""
    AGREES = "agrees"


@dataclass(frozen=True, kw_only=True, slots=True)
class Logo:
    """A picture that reports carry."""

    data: bytes
    media_type: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnTemplates:
    """Templates that stand in for ours, as they were when they were read."""

    folder: str
    """Where they are."""
    texts: tuple[tuple[str, str], ...]
    """The path of each in the folder, and what it says."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Branding:
    """Whose report it is; what is empty is not shown."""

    organisation: str = ""
    controller: str = ""
    contact: str = ""
    footer: str = ""
    colour: str | None = None
    """As `#rrggbb`, dark enough for white text."""
    logo: Logo | None = None
    templates: OwnTemplates | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Identification:
    """What tells this report from every other one."""

    site: str
    page_url: str | None
    scan_id: str
    report_id: str
    profile: str
    profile_title: str
    """The legal area of the profile, for people."""
    created_at: datetime
    """The date the report bears: when it was asked for."""
    scanned_at: datetime
    captured_at: datetime | None
    tool_version: str
    """Version of scanjobs that writes the report."""
    scan_tool_version: str
    """Version of scanjobs that took the captures in."""
    rules_version: str
    data_version: str
    notice: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingPart:
    """A rule's answer with everything a reader needs to act on it."""

    rule_id: str
    rule_version: str
    title: str
    checks: str
    """What the rule looks at and how it answers."""
    outcome: Outcome
    severity: Severity
    summary: str
    basis: str
    """The authority the rule rests on."""
    url: str | None
    valid_from: date | None
    """Since when browsers or the authority apply it; None for a rule this version does not have."""
    how_to_fix: str
    items: tuple[FindingItem, ...]
    first_seen_at: datetime | None
    """Since which scan of the site the rule fails or warns without a break; None where it does neither."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PhaseStatus:
    """What one consent phase showed."""

    phase: ConsentPhase
    captured: bool
    cookies: int
    third_party_cookies: int
    failed_rules: int
    """Failed rules that name something observed in this phase."""
    sentence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The page for those who read only one."""

    status: VerdictStatus
    headline: str
    sentence: str
    reasons: tuple[str, ...]
    """Why the verdict is withheld; empty otherwise."""
    score: int | None
    """The compliance score, 0 to 100; None where it is withheld."""
    score_withheld: str | None
    """Why, in one sentence; None where there is a score."""
    phases: tuple[PhaseStatus, ...]
    top: tuple[FindingPart, ...]
    """The five gravest findings."""
    not_evaluable: tuple[FindingPart, ...]
    failed: int
    warned: int
    passed: int
    since: str | None
    """What changed since the site's last scan, in one sentence; None where there is none to compare with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What was looked at, how, and what could not be seen."""

    captures: tuple[Capture, ...]
    gaps: tuple[Gap, ...]
    unseen: tuple[str, ...]
    """What the captures could not show, a sentence each."""
    method: tuple[str, ...]
    phases: tuple[ConsentPhase, ...]
    complete: bool
    values_kept: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """One part of a whole, for a chart and its legend."""

    key: str
    label: str
    count: int
    ratio: float
    """0 to 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PhaseBar:
    """The cookies of one captured phase, by purpose."""

    phase: ConsentPhase
    label: str
    count: int
    shares: tuple[Share, ...]
    """One for every purpose, empty ones too; their ratios add up to one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExemptionBar:
    """The cookies of a phase without consent, by whether they need one."""

    phase: ConsentPhase
    title: str
    shares: tuple[Share, ...]
    """One for every answer, empty ones too; their keys are those of `Exemption`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LifetimeBar:
    """The cookies whose lifetime lies in one span."""

    key: str
    label: str
    count: int
    ratio: float
    """0 to 1, of all cookies."""
    is_long: bool
    """Beyond the span that `Summary.lifetime_limit` names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BreakdownRow:
    """Cookies of one purpose and party, counted per captured phase."""

    category: Category
    party: Party
    total: int
    counts: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """The scan in numbers."""

    total_cookies: int
    third_party_cookies: int
    third_party_ratio: float | None
    """0 to 1; None without cookies."""
    cookies_before_consent: int | None
    """None where that phase was not captured."""
    cookies_after_consent: int | None
    cookies_after_rejection: int | None
    third_party_hosts: int
    by_category: tuple[Share, ...]
    by_type: tuple[Share, ...]
    by_party: tuple[Share, ...]
    vendors: tuple[Share, ...]
    """The ten that set most."""
    phases: tuple[ConsentPhase, ...]
    """The columns of `breakdown`."""
    breakdown: tuple[BreakdownRow, ...]
    by_phase: tuple[PhaseBar, ...]
    exemptions: tuple[ExemptionBar, ...]
    """Of the captured phases in which nobody had consented."""
    lifetimes: tuple[LifetimeBar, ...]
    """From session cookies to the longest, unknown ones at the end; empty spans too."""
    lifetime_limit: str
    """What the mark in the histogram stands for, in a few words."""


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


@dataclass(frozen=True, kw_only=True, slots=True)
class RawLine:
    """A Set-Cookie line as it was sent, its value replaced by its length."""

    phase: ConsentPhase
    url: str
    line: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """A word of the report and what it means here."""

    term: str
    text: str
