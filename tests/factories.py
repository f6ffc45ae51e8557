"""Values for tests: defaults for everything, so that a test names only what matters to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from scanjobs.domain.cookies import (
    ConsentPhase,
    CookieKey,
    CookieOrigin,
    ObservedCookie,
    Party,
    SameSite,
    ValueFingerprint,
)
from scanjobs.domain.declared import DeclarationFile, DeclaredCookie, DeclaredType, SiteDeclaration
from scanjobs.domain.evidence import Capture, Evidence, HostContact, RuleInput
from scanjobs.domain.findings import Finding, FindingItem, Outcome, Severity
from scanjobs.domain.labels import (
    Label,
    LabelledCookie,
    LabelledEvidence,
    LabelledHost,
    LabelledStorage,
    LabelSource,
)
from scanjobs.domain.purposes import Category, Exemption
from scanjobs.domain.reports import ReportFormat, ReportRecord
from scanjobs.domain.scans import ScanRecord
from scanjobs.domain.storage import StorageKey, StorageKind, StoredItem
from scanjobs.sites import party_of

HAR_INPUTS = frozenset(
    {RuleInput.COOKIES, RuleInput.COOKIE_ATTRIBUTES, RuleInput.SET_COOKIE, RuleInput.REQUESTS}
)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def observed(name: str = "session", domain: str = "shop.example", **changes: Any) -> ObservedCookie:
    """A secure first-party session cookie, set by a response before any choice."""
    values: dict[str, Any] = {
        "key": CookieKey(name=name, domain=domain, path="/", partition=changes.pop("partition", "")),
        "phase": ConsentPhase.BEFORE,
        "origin": CookieOrigin.SET_COOKIE,
        "host_only": True,
        "secure": True,
        "http_only": True,
        "same_site": SameSite.LAX,
        "partitioned": False,
        "is_session": True,
        "expires_at": None,
        "lifetime_seconds": None,
        "value": ValueFingerprint(sha256="ab" * 32, length=32, shape="hex"),
        "kept_value": None,
        "raw_set_cookie": f"{name}=<32 characters>; Path=/; Secure; HttpOnly; SameSite=Lax",
        "first_url": f"https://{domain}/",
        "scheme": "https",
        "observed_at": NOON,
    }
    return ObservedCookie(**(values | changes))


def sent(name: str = "_ga", domain: str = "shop.example", **changes: Any) -> ObservedCookie:
    """A cookie that was only seen in a request: its attributes are unknown."""
    unknown = dict.fromkeys(
        (
            "host_only",
            "secure",
            "http_only",
            "same_site",
            "partitioned",
            "is_session",
            "expires_at",
            "lifetime_seconds",
            "raw_set_cookie",
        )
    )
    return observed(name, domain, **({**unknown, "origin": CookieOrigin.REQUEST} | changes))


def label(category: Category = Category.NECESSARY, **changes: Any) -> Label:
    """A label by exact name."""
    values: dict[str, Any] = {
        "category": category,
        "vendor": "Shop",
        "source": LabelSource.NAME,
        "confidence": 0.9,
        "exemption": Exemption.UNDETERMINED,
        "exemption_reason": "Nobody has judged this cookie yet.",
    }
    return Label(**(values | changes))


def labelled(*observations: ObservedCookie, **changes: Any) -> LabelledCookie:
    """A labelled cookie with the given observations."""
    seen = observations or (observed(),)
    values: dict[str, Any] = {
        "key": seen[0].key,
        "party": Party.FIRST,
        "label": label(),
        "observations": seen,
    }
    return LabelledCookie(**(values | changes))


def capture(phase: ConsentPhase = ConsentPhase.BEFORE, **changes: Any) -> Capture:
    """A complete HAR capture of one page."""
    values: dict[str, Any] = {
        "file_name": f"{phase}.har",
        "sha256": "cd" * 32,
        "size": 48_213,
        "format": "har",
        "phase": phase,
        "tool": "Playwright",
        "tool_version": "1.65",
        "captured_at": NOON,
        "page_url": "https://shop.example/",
        "entries": 12,
        "complete": True,
        "inputs": HAR_INPUTS,
    }
    return Capture(**(values | changes))


def evidence(*cookies: ObservedCookie, **changes: Any) -> Evidence:
    """The evidence of one capture in the phase `before`."""
    values: dict[str, Any] = {
        "captures": (capture(),),
        "cookies": cookies,
        "hosts": (
            HostContact(
                host="shop.example",
                phase=ConsentPhase.BEFORE,
                requests=12,
                first_url="https://shop.example/",
                first_at=NOON,
            ),
        ),
        "gaps": (),
    }
    return Evidence(**(values | changes))


def stored_item(name: str = "theme", **changes: Any) -> StoredItem:
    """An item of localStorage of shop.example, found before any choice."""
    values: dict[str, Any] = {
        "key": StorageKey(
            name=name,
            origin=changes.pop("origin", "https://www.shop.example"),
            kind=changes.pop("kind", StorageKind.LOCAL),
        ),
        "phase": ConsentPhase.BEFORE,
        "value": ValueFingerprint(sha256="cd" * 32, length=4, shape="text"),
        "kept_value": None,
        "first_url": "https://www.shop.example/",
        "initiator": None,
        "observed_at": NOON,
    }
    return StoredItem(**(values | changes))


def labelled_item(*observations: StoredItem, **changes: Any) -> LabelledStorage:
    """One stored item of a scan with its label."""
    seen = observations or (stored_item(),)
    values: dict[str, Any] = {
        "key": seen[0].key,
        "party": Party.FIRST,
        "label": label(),
        "observations": seen,
    }
    return LabelledStorage(**(values | changes))


def declaration(*cookies: DeclaredCookie, **changes: Any) -> SiteDeclaration:
    """A declaration of shop.example that was taken in at noon."""
    values: dict[str, Any] = {
        "file_name": "declared.csv",
        "sha256": "ef" * 32,
        "size": 512,
        "format": "csv",
        "tool": None,
        "declared_at": None,
        "domain": None,
        "cookies": cookies or (declared(),),
        "skipped": (),
    }
    return SiteDeclaration(
        id="3b8e4d70-0000-4000-8000-000000000004",
        site="shop.example",
        imported_at=NOON,
        file=DeclarationFile(**(values | changes)),
    )


def declared(name: str = "session", **changes: Any) -> DeclaredCookie:
    """A line of a declaration: a necessary session cookie of anybody's."""
    values: dict[str, Any] = {
        "name": name,
        "is_pattern": False,
        "provider": None,
        "domain": None,
        "category": Category.NECESSARY,
        "category_words": "Necessary",
        "purpose": "Keeps the visitor signed in.",
        "duration_words": "Session",
        "is_session": True,
        "lifetime_seconds": None,
        "type": DeclaredType.COOKIE,
    }
    return DeclaredCookie(**(values | changes))


def labelled_hosts(*contacts: HostContact) -> tuple[LabelledHost, ...]:
    """Contacts of a scan of shop.example as classification leaves them where it knows no vendor."""
    return tuple(
        LabelledHost(
            contact=contact,
            party=party_of(contact.host, "shop.example"),
            vendor=None,
            category=Category.UNCLASSIFIED,
        )
        for contact in contacts
    )


def labelled_evidence(*cookies: LabelledCookie, **changes: Any) -> LabelledEvidence:
    """A classified scan of shop.example holding the given cookies."""
    flat = tuple(observation for cookie in cookies for observation in cookie.observations)
    values: dict[str, Any] = {
        "evidence": evidence(*flat),
        "site": "shop.example",
        "cookies": cookies,
        "data_version": "2026.1",
    }
    return LabelledEvidence(**(values | changes))


def finding(rule_id: str = "S03", outcome: Outcome = Outcome.FAIL, **changes: Any) -> Finding:
    """A failed rule with one item."""
    values: dict[str, Any] = {
        "rule_id": rule_id,
        "rule_version": "1",
        "outcome": outcome,
        "severity": Severity.MEDIUM,
        "summary": "One cookie travels without the Secure attribute.",
        "items": (
            FindingItem(
                subject="session (shop.example)",
                detail="set without Secure",
                phase=ConsentPhase.BEFORE,
                url="https://shop.example/",
                observed_at=NOON,
            ),
        ),
    }
    return Finding(**(values | changes))


def scan_record(*cookies: LabelledCookie, **changes: Any) -> ScanRecord:
    """A stored scan of shop.example, whole."""
    values: dict[str, Any] = {
        "id": "5f3a9c1e-0000-4000-8000-000000000001",
        "site": "shop.example",
        "created_at": NOON,
        "captured_at": NOON,
        "page_url": "https://shop.example/",
        "profile": "eu",
        "tool_version": "0.1.0",
        "data_version": "2026.1",
        "complete": True,
        "values_kept": False,
        "captures": (capture(),),
        "cookies": cookies or (labelled(),),
        "hosts": labelled_hosts(*evidence().hosts),
        "gaps": (),
        "findings": (finding(),),
    }
    return ScanRecord(**(values | changes))


def report_record(format: ReportFormat = ReportFormat.PDF, **changes: Any) -> ReportRecord:
    """A report that was accepted and not written yet."""
    values: dict[str, Any] = {
        "id": "7c0d2b44-0000-4000-8000-000000000002",
        "scan_id": "5f3a9c1e-0000-4000-8000-000000000001",
        "job_id": "91e8aa00-0000-4000-8000-000000000003",
        "format": format,
        "path": f"/reports/shop.example-2026-03-02-7c0d2b44.{format}",
        "created_at": NOON,
        "written_at": None,
        "size": None,
        "sha256": None,
    }
    return ReportRecord(**(values | changes))
