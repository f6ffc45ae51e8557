"""Results of checks for tests, with a rule book that knows every rule."""

from __future__ import annotations

from datetime import date
from typing import Any

from scanjobs.domain.checks import Acceptance, Baseline, Terms, Threshold
from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.findings import Finding, FindingItem, Outcome, Severity
from scanjobs.domain.fingerprints import fingerprint
from scanjobs.reports.findings.check import decide
from scanjobs.reports.findings.result import CheckResult
from tests import factories
from tests.unit.reports.documents import rule_facts

TODAY = date(2026, 3, 2)
THREE_PHASES = tuple(
    factories.capture(phase, sha256=letter * 64)
    for phase, letter in (
        (ConsentPhase.BEFORE, "a"),
        (ConsentPhase.ACCEPTED, "b"),
        (ConsentPhase.REJECTED, "c"),
    )
)
NASTY = (
    "a|b`c``d\n<img src=x onerror=alert(1)> @team www.evil.example https://evil.example \u202e\x00\ud800 | x"
)
"""A name that means something in Markdown, HTML, XML, and to terminals."""


def item(subject: str = "session (shop.example)", **changes: Any) -> FindingItem:
    return FindingItem(
        **{
            "subject": subject,
            "detail": "set without Secure",
            "phase": ConsentPhase.BEFORE,
            "url": "https://shop.example/",
            "observed_at": factories.NOON,
            **changes,
        }
    )


def failed(rule_id: str = "S03", *items: FindingItem, **changes: Any) -> Finding:
    return factories.finding(rule_id, items=items or (item(),), **changes)


def passed(rule_id: str = "C01") -> Finding:
    return factories.finding(rule_id, Outcome.PASS, items=(), severity=Severity.CRITICAL)


def checked(
    *findings: Finding,
    fail_on: Threshold = Threshold.HIGH,
    baseline: Baseline | None = None,
    today: date = TODAY,
    warnings: bool = False,
    require_evidence: bool = False,
    **scan: Any,
) -> CheckResult:
    """The result of a scan with these findings, and with one that lets it have a verdict."""
    record = factories.scan_record(**{"captures": THREE_PHASES, "findings": (passed(), *findings), **scan})
    terms = Terms(fail_on=fail_on, warnings=warnings, require_evidence=require_evidence)
    return decide(record, terms, baseline=baseline, today=today, rule_book=rule_facts)


def acceptance(rule_id: str = "S03", subject: str = "session (shop.example)", **changes: Any) -> Acceptance:
    values = {"reason": "Known since 2024.", "expires": None, **changes}
    return Acceptance(rule_id=rule_id, subject=subject, fingerprint=fingerprint(rule_id, subject), **values)


def accepting(*entries: Acceptance, site: str | None = "shop.example") -> Baseline:
    return Baseline(site=site, accepted=entries)


def busy() -> CheckResult:
    """One of everything: each outcome, accepted, expired and stale entries, and a nasty name."""
    return checked(
        failed("S01", item("a (shop.example)"), item(NASTY), severity=Severity.HIGH),
        failed("S03", item(), item(phase=ConsentPhase.ACCEPTED), item("b (.shop.example)", url=None)),
        failed("D04", item(phase=None, observed_at=None), outcome=Outcome.WARN),
        failed("L04", item("old (shop.example)"), severity=Severity.LOW),
        factories.finding("S06", items=(), severity=Severity.HIGH),
        factories.finding("L05", Outcome.NOT_EVALUABLE, items=(), summary="Nobody came <twice>."),
        fail_on=Threshold.MEDIUM,
        baseline=accepting(
            acceptance("S03", "b (.shop.example)", reason=""),
            acceptance("S01", NASTY, reason="We | know."),
            acceptance("L04", "old (shop.example)", expires=date(2026, 3, 1)),
            acceptance("S03", "gone (shop.example)"),
            acceptance("L05", "session (shop.example)"),
        ),
    )
