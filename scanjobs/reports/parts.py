"""What a report is made of: frozen values in which every number, order and sentence is decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from scanjobs.domain.cookies import ConsentPhase, Party
from scanjobs.domain.evidence import Capture, Gap
from scanjobs.domain.findings import FindingItem, Outcome, Severity, VerdictStatus
from scanjobs.domain.purposes import Category

WITHOUT_CONSENT = (ConsentPhase.BEFORE, ConsentPhase.REJECTED)
"""Phases in which only what needs no consent may be stored."""


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
