"""What a comparison says: things added, removed, changed, and those that cannot be compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scanjobs.domain.cookies import ConsentPhase, Party
from scanjobs.domain.findings import Outcome, Severity
from scanjobs.domain.purposes import Category, Exemption

Plain = str | int | bool | None | tuple[str, ...]
"""What one scan says of one aspect."""


class ChangeKind(StrEnum):
    """What became of one thing from the older scan to the newer one."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RENAMED = "renamed"
    """The same but for the generated part of its name; that is not counted as a change."""
    NOT_COMPARABLE = "not_comparable"
    """One scan has it and the other one could not look, which is neither added nor removed."""


class Aspect(StrEnum):
    """What can change about a thing that both scans have."""

    PHASES = "phases"
    """The consent phases it was seen in, of those that both scans could see."""
    LIFETIME = "lifetime"
    """Seconds, or `session`."""
    SECURE = "secure"
    HTTP_ONLY = "http_only"
    SAME_SITE = "same_site"
    PARTITIONED = "partitioned"
    DOMAIN = "domain"
    """With a leading dot where subdomains get it too."""
    PATH = "path"
    PARTY = "party"
    CATEGORY = "category"
    VENDOR = "vendor"
    EXEMPTION = "exemption"


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One aspect of which the scans say different things."""

    aspect: Aspect
    older: Plain
    newer: Plain


@dataclass(frozen=True, kw_only=True, slots=True)
class Thing:
    """A cookie, a stored item, a host or a vendor, as one scan shows it."""

    name: str
    kind: str
    """`cookie`, `host`, `vendor`, or where the item is stored, for instance `local_storage`."""
    place: str
    """Of a cookie its domain as it is shown, of an item its origin, else empty."""
    path: str
    """Of a cookie, else empty."""
    phases: tuple[ConsentPhase, ...]
    party: Party | None
    category: Category | None
    """None for vendors, who may have things of several."""
    vendor: str | None
    exemption: Exemption | None
    """None where there is no ruling, as for hosts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What became of one thing."""

    kind: ChangeKind
    older: Thing | None
    newer: Thing | None
    differences: tuple[Difference, ...] = ()
    unseen: tuple[str, ...] = ()
    """Why the scans cannot be compared in something, a reason each."""

    @property
    def thing(self) -> Thing:
        """The thing as the newer scan shows it, or the older one where that alone has it."""
        found = self.newer or self.older
        assert found is not None
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """All things of one sort: what changed, and how many did not."""

    changes: tuple[Change, ...]
    """In the order of names; those of which nothing is to be said are left out."""
    unchanged: int

    def of(self, kind: ChangeKind) -> tuple[Change, ...]:
        """The changes of one kind."""
        return tuple(change for change in self.changes if change.kind is kind)


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingChange:
    """What became of one rule's finding."""

    kind: ChangeKind
    rule_id: str
    severity: Severity
    older: Outcome | None
    """None where the rule did not judge that scan."""
    newer: Outcome | None
    summary: str
    """The rule's sentence about the newer scan, or about the older one where that alone was judged."""
    added: tuple[str, ...] = ()
    """What it names in the newer scan and not in the older one, as the finding names it."""
    removed: tuple[str, ...] = ()
    remaining: int = 0
    """How many things it names in both."""
    not_comparable: tuple[str, ...] = ()
    """What it names in one scan where the other one could not look."""
    unseen: tuple[str, ...] = ()
    """Why, a reason each."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparedScan:
    """One of the two scans."""

    id: str
    site: str
    created_at: datetime
    captured_at: datetime | None
    phases: tuple[ConsentPhase, ...]
    sources: tuple[str, ...]
    """The formats it came from, for instance `har`."""
    complete: bool
    data_version: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Everything that is to be said about two scans."""

    older: ComparedScan
    newer: ComparedScan
    notes: tuple[str, ...]
    """What has to be known to read the rest, a sentence each."""
    cookies: Compared
    storage: Compared
    hosts: Compared
    vendors: Compared
    findings: tuple[FindingChange, ...]
    """In the order of the catalogue of rules."""
    findings_unchanged: int
    """Rules that failed or warned, and say the same of both scans."""

    @property
    def sections(self) -> dict[str, Compared]:
        """What was compared but findings, by its name."""
        return {
            "cookies": self.cookies,
            "storage": self.storage,
            "hosts": self.hosts,
            "vendors": self.vendors,
        }

    @property
    def has_changes(self) -> bool:
        """Whether anything was added, removed or changed; what cannot be compared is not known to have."""
        real = {ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.CHANGED}
        kinds = {change.kind for part in self.sections.values() for change in part.changes}
        return bool(real & (kinds | {finding.kind for finding in self.findings}))
