"""The result of a check for programs: every fact as JSON, described by a schema."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from scanjobs.domain.findings import FindingItem
from scanjobs.reports.findings.baseline import entry_as_json
from scanjobs.reports.findings.result import BaselineUse, CheckResult, RuleResult, Subject

# The version of the format: raised by one when a key goes or changes its meaning, not when one is added.
#
# 1: scanjobs 0.1, the first.
FORMAT_VERSION = 1


def draw(result: CheckResult) -> str:
    """The result as `schema/check.schema.json` describes it."""
    return f"{json.dumps(as_json(result), ensure_ascii=False, indent=2)}\n"


def as_json(result: CheckResult) -> dict[str, Any]:
    """The result as objects, lists, texts and numbers."""
    return {
        "format": "scanjobs.check",
        "format_version": FORMAT_VERSION,
        "scan": {
            "id": result.scan_id,
            "site": result.site,
            "page_url": result.page_url,
            "created_at": _moment(result.created_at),
            "captured_at": _moment(result.captured_at),
            "phases": list(result.phases),
        },
        "profile": result.profile,
        "versions": {"tool": result.tool_version, "data": result.data_version},
        "terms": {
            "fail_on": result.terms.fail_on,
            "warnings": result.terms.warnings,
            "require_evidence": result.terms.require_evidence,
        },
        "exit_code": int(result.exit_code),
        "headline": result.headline,
        "verdict": {
            "status": result.verdict.status,
            "sentence": result.verdict.sentence,
            "reasons": list(result.verdict.reasons),
            "score": result.verdict.score,
            "score_withheld": result.verdict.score_withheld,
        },
        "rules": [_rule(rule) for rule in result.rules],
        "baseline": _baseline(result.baseline) if result.baseline else None,
    }


def _rule(rule: RuleResult) -> dict[str, Any]:
    check = rule.check
    return {
        "id": check.rule_id,
        "version": check.rule_version,
        "title": check.title,
        "outcome": check.outcome,
        "severity": check.severity,
        "counts": rule.counts,
        "summary": check.summary,
        "basis": check.basis,
        "url": check.url,
        "how_to_fix": check.how_to_fix,
        "subjects": [_subject(subject) for subject in rule.subjects],
    }


def _subject(subject: Subject) -> dict[str, Any]:
    return {
        "subject": subject.subject,
        "fingerprint": subject.fingerprint,
        "accepted": subject.acceptance is not None,
        "reason": subject.acceptance.reason if subject.acceptance else None,
        "items": [_item(item) for item in subject.items],
    }


def _item(item: FindingItem) -> dict[str, Any]:
    return {
        "detail": item.detail,
        "phase": item.phase,
        "url": item.url,
        "observed_at": _moment(item.observed_at),
        "initiator": item.initiator,
    }


def _baseline(use: BaselineUse) -> dict[str, Any]:
    return {
        "used": use.used,
        "expired": [entry_as_json(entry) for entry in use.expired],
        "stale": [entry_as_json(entry) for entry in use.stale],
        "unseen": [entry_as_json(entry) for entry in use.unseen],
    }


def _moment(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else None
