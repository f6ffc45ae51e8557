"""The result of a check as SARIF 2.1.0 (OASIS Standard, 27 March 2020), for services that collect findings.

A result is one subject of one rule: of a rule that failed with kind `fail`, of one that warned with kind
`review`, for which the standard allows no level but `none`. What could not be evaluated is told as a
notification of the invocation, since as a result it would count as a finding in services that know no kinds.
What was accepted is there with a suppression.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from scanjobs import rules
from scanjobs.domain.evidence import Capture
from scanjobs.domain.findings import FindingItem, Outcome, Severity
from scanjobs.errors import NotFoundError
from scanjobs.reports import wording
from scanjobs.reports.findings.result import CheckResult, RuleResult, Subject
from scanjobs.reports.findings.words import details_of, name_of, reason_of

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "scanjobs/v1"
"""The name of our fingerprint; the number rises when it is made of something else."""
LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
NOT_EVALUABLE, WITHHELD = "NOT_EVALUABLE", "VERDICT_WITHHELD"
NOTIFICATIONS = {
    NOT_EVALUABLE: "A rule could not be evaluated, which is not a pass.",
    WITHHELD: "The evidence is too thin for a verdict.",
}
_FAMILIES = {
    "C": "consent",
    "B": "banner",
    "L": "lifetime",
    "D": "declaration",
    "S": "security",
    "T": "third-party",
    "U": "opt-out",
    "E": "evidence",
}
# What may stand in an address as it is (RFC 3986), an escape that is there already included.
_ALLOWED = "%/:?#[]@!$&'()*+,;=~"


def draw(result: CheckResult) -> str:
    """One log with one run, its addresses absolute."""
    return _text(as_sarif(result, relative=False))


def draw_relative(result: CheckResult) -> str:
    """The same with addresses that lack their scheme, for services that take an address for a file."""
    return _text(as_sarif(result, relative=True))


def as_sarif(result: CheckResult, *, relative: bool) -> dict[str, Any]:
    """The log as objects, lists, texts and numbers."""
    positions = {rule.check.rule_id: index for index, rule in enumerate(result.rules)}
    run = {
        "tool": {"driver": _driver(result)},
        "automationDetails": {
            "id": f"scanjobs/{result.site}/{result.profile}/{result.scan_id}",
            "description": {"text": f"Cookies of {result.site}, judged by the profile {result.profile}"},
        },
        "invocations": [_invocation(result, positions)],
        "artifacts": [_artifact(capture) for capture in result.captures],
        "results": [
            _result(result, rule, subject, positions[rule.check.rule_id], relative)
            for rule in result.rules
            for subject in rule.subjects
        ],
        "columnKind": "unicodeCodePoints",
        "properties": {
            "scan": result.scan_id,
            "site": result.site,
            "profile": result.profile,
            "phases": list(result.phases),
            "failOn": result.terms.fail_on,
            "verdict": result.verdict.status,
            "cookieData": result.data_version,
        },
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _text(log: dict[str, Any]) -> str:
    return f"{json.dumps(log, ensure_ascii=False, indent=2)}\n"


def _driver(result: CheckResult) -> dict[str, Any]:
    return {
        "name": "scanjobs",
        "version": result.tool_version,
        "semanticVersion": result.tool_version,
        "shortDescription": {"text": "Checks what a website stores in browsers."},
        "rules": [_rule(rule) for rule in result.rules],
        "notifications": [
            {"id": id, "shortDescription": {"text": text}} for id, text in NOTIFICATIONS.items()
        ],
    }


def _rule(rule: RuleResult) -> dict[str, Any]:
    check = rule.check
    described: dict[str, Any] = {
        "id": check.rule_id,
        "name": _name(check.rule_id, check.title),
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": check.checks},
        "help": {
            "text": f"{check.how_to_fix} Basis: {check.basis}.",
            "markdown": f"**What to do.** {check.how_to_fix}\n\n**Basis.** {check.basis}.",
        },
        "defaultConfiguration": {"level": LEVELS[check.severity]},
        "properties": {
            "tags": ["privacy", _FAMILIES[check.rule_id[0]]],
            "severity": check.severity,
            "version": check.rule_version,
            "basis": check.basis,
        },
    }
    if check.url:
        described["helpUri"] = check.url
    return described


def _name(rule_id: str, title: str) -> str:
    """The name of the function that checks, as SARIF writes names: `NotSecureOnHttps`."""
    try:
        words = rules.find(rule_id).check.__name__.split("_")
    except NotFoundError:
        words = [word for word in title.split() if word.isalnum()]
    return "".join(word.capitalize() for word in words)


def _invocation(result: CheckResult, positions: dict[str, int]) -> dict[str, Any]:
    notifications = [
        {
            "descriptor": {"id": NOT_EVALUABLE},
            "associatedRule": {"id": rule.check.rule_id, "index": positions[rule.check.rule_id]},
            "level": "warning",
            "message": {"text": rule.check.summary},
        }
        for rule in result.of(Outcome.NOT_EVALUABLE)
    ]
    notifications += [
        {"descriptor": {"id": WITHHELD}, "level": "warning", "message": {"text": reason}}
        for reason in result.verdict.reasons
    ]
    return {
        "executionSuccessful": True,
        "exitCode": int(result.exit_code),
        "exitCodeDescription": result.headline,
        "toolExecutionNotifications": notifications,
    }


def _artifact(capture: Capture) -> dict[str, Any]:
    return {
        "location": {"uri": quote(capture.file_name, safe="", errors="replace")},
        "length": capture.size,
        "hashes": {"sha-256": capture.sha256},
        "roles": ["analysisTarget"],
        "properties": {"phase": capture.phase, "format": capture.format},
    }


def _result(
    result: CheckResult, rule: RuleResult, subject: Subject, position: int, relative: bool
) -> dict[str, Any]:
    check = rule.check
    is_failure = check.outcome is Outcome.FAIL
    details = details_of(subject)
    told: dict[str, Any] = {
        "ruleId": check.rule_id,
        "ruleIndex": position,
        "kind": "fail" if is_failure else "review",
        "level": LEVELS[check.severity] if is_failure else "none",
        "message": {"text": f"{name_of(subject)}: {details}" if details else check.summary},
        "locations": list(_locations(result, subject, relative)),
        "partialFingerprints": {FINGERPRINT: subject.fingerprint},
        "properties": {"severity": check.severity, "counts": rule.counts and subject.acceptance is None},
    }
    if subject.acceptance:
        told["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": reason_of(subject.acceptance)}
        ]
    return told


def _locations(result: CheckResult, subject: Subject, relative: bool) -> Iterator[dict[str, Any]]:
    """One for each item; the page of the scan where an item tells none, and where there is no item."""
    for item in subject.items or (None,):
        url = (item.url if item else None) or result.page_url
        location: dict[str, Any] = {}
        if url:
            location["physicalLocation"] = _physical(url, relative)
        if subject.subject:
            location["logicalLocations"] = [{"fullyQualifiedName": subject.subject, "kind": "resource"}]
        if item:
            location["message"] = {"text": _told(item)}
            location["properties"] = _facts(item)
        if location:
            yield location


def _physical(url: str, relative: bool) -> dict[str, Any]:
    uri = quote(url, safe=_ALLOWED, errors="replace")
    if not relative:
        return {"artifactLocation": {"uri": uri}}
    # What reads it as a file wants a line as well.
    return {"artifactLocation": {"uri": uri.partition("://")[2] or uri}, "region": {"startLine": 1}}


def _told(item: FindingItem) -> str:
    phase = f"{wording.PHASE[item.phase]}: " if item.phase else ""
    return f"{phase}{item.detail}"


def _facts(item: FindingItem) -> dict[str, Any]:
    """What was seen when and where, as far as it is known."""
    facts = {
        "phase": item.phase,
        "url": item.url,
        "observedAt": item.observed_at.isoformat() if item.observed_at else None,
        "initiator": item.initiator,
    }
    return {key: value for key, value in facts.items() if value is not None}
