"""A comparison for programs: every fact as objects, lists, texts and numbers."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from scanjobs.comparison.changes import (
    Change,
    ChangeKind,
    Compared,
    ComparedScan,
    Comparison,
    FindingChange,
    Thing,
)

# The version of the format: raised by one when a key goes or changes its meaning, not when one is added.
#
# 1: scanjobs 0.1, the first.
FORMAT_VERSION = 1


def as_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison as docs/diff-and-find.md describes it."""
    sections = comparison.sections
    findings = Counter(finding.kind for finding in comparison.findings)
    return {
        "format": "scanjobs.diff",
        "format_version": FORMAT_VERSION,
        "older": _scan(comparison.older),
        "newer": _scan(comparison.newer),
        "changed": comparison.has_changes,
        "notes": list(comparison.notes),
        "summary": {
            **{name: _counts(part) for name, part in sections.items()},
            "findings": _numbers(findings, comparison.findings_unchanged),
        },
        **{name: [_change(change) for change in part.changes] for name, part in sections.items()},
        "findings": [_finding(finding) for finding in comparison.findings],
    }


def _scan(scan: ComparedScan) -> dict[str, Any]:
    return {
        "id": scan.id,
        "site": scan.site,
        "created_at": _moment(scan.created_at),
        "captured_at": _moment(scan.captured_at),
        "phases": list(scan.phases),
        "sources": list(scan.sources),
        "complete": scan.complete,
        "data_version": scan.data_version,
    }


def _counts(part: Compared) -> dict[str, int]:
    return _numbers(Counter(change.kind for change in part.changes), part.unchanged)


def _numbers(kinds: Counter[ChangeKind], unchanged: int) -> dict[str, int]:
    return {**{str(kind): kinds[kind] for kind in ChangeKind}, "unchanged": unchanged}


def _change(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "older": _thing(change.older) if change.older else None,
        "newer": _thing(change.newer) if change.newer else None,
        "differences": [
            {"aspect": one.aspect, "older": one.older, "newer": one.newer} for one in change.differences
        ],
        "not_seen": list(change.unseen),
    }


def _thing(thing: Thing) -> dict[str, Any]:
    return {
        "name": thing.name,
        "kind": thing.kind,
        "place": thing.place,
        "path": thing.path,
        "phases": list(thing.phases),
        "party": thing.party,
        "category": thing.category,
        "vendor": thing.vendor,
        "exemption": thing.exemption,
    }


def _finding(finding: FindingChange) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "rule": finding.rule_id,
        "severity": finding.severity,
        "older": finding.older,
        "newer": finding.newer,
        "summary": finding.summary,
        "added": list(finding.added),
        "removed": list(finding.removed),
        "remaining": finding.remaining,
        "not_comparable": list(finding.not_comparable),
        "not_seen": list(finding.unseen),
    }


def _moment(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else None
