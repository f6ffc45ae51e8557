"""Every fact of a document as the schema of the JSON report describes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanjobs.domain.cookies import ConsentPhase, ObservedCookie
from scanjobs.domain.evidence import Capture, Gap
from scanjobs.reports.document import Document
from scanjobs.reports.listed import (
    ChangesPart,
    DeclarationPart,
    DeclaredPart,
    HostRow,
    InventoryRow,
    StorageRow,
)
from scanjobs.reports.parts import (
    FindingPart,
    PhaseStatus,
    Share,
    Summary,
)

# The version of the format: raised by one when a key goes or changes its meaning, not when one is added.
#
# 1: scanjobs 0.1, the first.
FORMAT_VERSION = 1

Facts = dict[str, Any]


def long_parts(document: Document) -> dict[str, Iterator[Facts]]:
    """The lists that may be long, by their key."""
    return {
        "checks": map(_check, document.checklist),
        "cookies": map(_cookie, document.cookies),
        "storage": map(_stored, document.storage),
        "third_party_hosts": (_host(row, document.scope.phases) for row in document.hosts),
    }


def short_parts(document: Document) -> Facts:
    """Everything else, by its key."""
    about, branding = document.identification, document.branding
    return {
        "format": "scanjobs.report",
        "format_version": FORMAT_VERSION,
        "report": {
            "id": about.report_id,
            "title": document.title,
            "created_at": about.created_at,
            "language": document.language,
            "notice": about.notice,
            "organisation": branding.organisation or None,
            "controller": branding.controller or None,
            "contact": branding.contact or None,
            "note": branding.footer or None,
        },
        "scan": {
            "id": about.scan_id,
            "site": about.site,
            "page_url": about.page_url,
            "profile": about.profile,
            "created_at": about.scanned_at,
            "captured_at": about.captured_at,
            "complete": document.scope.complete,
            "values_kept": document.scope.values_kept,
            "phases": document.scope.phases,
        },
        "versions": {
            "tool": about.tool_version,
            "scan_tool": about.scan_tool_version,
            "rules": about.rules_version,
            "data": about.data_version,
        },
        "verdict": _verdict(document),
        "summary": {"compliance_score": document.verdict.score, **_summary(document.summary)},
        "scope": {
            "method": document.scope.method,
            "captures": [_capture(capture) for capture in document.scope.captures],
            "gaps": [_gap(gap) for gap in document.scope.gaps],
            "unseen": document.scope.unseen,
        },
        "declared": _declared(document.declared) if document.declared else None,
        "changes": _changes(document.changes) if document.changes else None,
        "declaration": _declaration(document.declaration),
        "licences": [{"name": note.term, "text": note.text} for note in document.licences],
    }


def _verdict(document: Document) -> dict[str, Any]:
    verdict = document.verdict
    return {
        "status": verdict.status,
        "headline": verdict.headline,
        "sentence": verdict.sentence,
        "reasons": verdict.reasons,
        "score_withheld": verdict.score_withheld,
        "failed": verdict.failed,
        "warned": verdict.warned,
        "passed": verdict.passed,
        "since": verdict.since,
        "not_evaluable": [check.rule_id for check in verdict.not_evaluable],
        "top": [check.rule_id for check in verdict.top],
        "phases": [_phase(phase) for phase in verdict.phases],
    }


def _phase(status: PhaseStatus) -> dict[str, Any]:
    return {
        "phase": status.phase,
        "captured": status.captured,
        "cookies": status.cookies if status.captured else None,
        "third_party_cookies": status.third_party_cookies if status.captured else None,
        "failed_rules": status.failed_rules,
    }


def _summary(summary: Summary) -> dict[str, Any]:
    return {
        "total_cookies": summary.total_cookies,
        "third_party_cookies": summary.third_party_cookies,
        "third_party_ratio": summary.third_party_ratio,
        "cookies_before_consent": summary.cookies_before_consent,
        "cookies_after_consent": summary.cookies_after_consent,
        "cookies_after_rejection": summary.cookies_after_rejection,
        "third_party_hosts": summary.third_party_hosts,
        "distribution_by_category": _distribution(summary.by_category),
        "distribution_by_type": _distribution(summary.by_type),
        "distribution_by_party": _distribution(summary.by_party),
        "distribution_by_lifetime": {bar.key: bar.count for bar in summary.lifetimes},
        "vendors": [{"vendor": share.label, "cookies": share.count} for share in summary.vendors],
        "breakdown": [
            {
                "category": row.category,
                "party": row.party,
                "total": row.total,
                "by_phase": dict(zip(summary.phases, row.counts, strict=True)),
            }
            for row in summary.breakdown
        ],
    }


def _distribution(shares: tuple[Share, ...]) -> dict[str, int]:
    return {share.key: share.count for share in shares}


def _capture(capture: Capture) -> dict[str, Any]:
    return {
        "file_name": capture.file_name,
        "sha256": capture.sha256,
        "size": capture.size,
        "format": capture.format,
        "phase": capture.phase,
        "tool": capture.tool,
        "tool_version": capture.tool_version,
        "captured_at": capture.captured_at,
        "page_url": capture.page_url,
        "entries": capture.entries,
        "complete": capture.complete,
        "skipped": [{"reason": skipped.reason, "count": skipped.count} for skipped in capture.skipped],
        "files": [
            {"file_name": file.file_name, "sha256": file.sha256, "size": file.size} for file in capture.files
        ],
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {"kind": gap.kind, "detail": gap.detail, "phase": gap.phase, "file_name": gap.file_name}


def _check(check: FindingPart) -> dict[str, Any]:
    return {
        "rule_id": check.rule_id,
        "rule_version": check.rule_version,
        "title": check.title,
        "checks": check.checks,
        "outcome": check.outcome,
        "severity": check.severity,
        "summary": check.summary,
        "basis": check.basis,
        "url": check.url,
        "valid_from": check.valid_from,
        "how_to_fix": check.how_to_fix,
        "first_seen_at": check.first_seen_at,
        "items": [
            {
                "subject": item.subject,
                "detail": item.detail,
                "phase": item.phase,
                "url": item.url,
                "observed_at": item.observed_at,
            }
            for item in check.items
        ],
    }


def _cookie(row: InventoryRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "domain": row.domain,
        "path": row.path,
        "partition": row.partition,
        "party": row.party,
        "category": row.category,
        "category_source": row.source,
        "confidence": row.confidence,
        "vendor": row.vendor,
        "privacy_url": row.privacy_url,
        "exemption": row.exemption,
        "exemption_reason": row.exemption_reason,
        "type": row.lifespan,
        "lifetime_seconds": row.lifetime_seconds,
        "declared_retention": row.declared_retention,
        "expires_at": row.expires_at,
        "host_only": row.host_only,
        "secure": row.secure,
        "http_only": row.http_only,
        "same_site": row.same_site,
        "partitioned": row.partitioned,
        "phases": row.phases,
        "first_url": row.first_url,
        "first_seen_at": row.first_seen_at,
        "observations": [_observation(observation) for observation in row.observations],
    }


def _observation(cookie: ObservedCookie) -> dict[str, Any]:
    # The value itself stays out, even where it was kept: a report travels further than a database.
    return {
        "phase": cookie.phase,
        "origin": cookie.origin,
        "lifetime_seconds": cookie.lifetime_seconds,
        "expires_at": cookie.expires_at,
        "value_sha256": cookie.value.sha256,
        "value_length": cookie.value.length,
        "value_shape": cookie.value.shape,
        "first_url": cookie.first_url,
        "scheme": cookie.scheme,
        "observed_at": cookie.observed_at,
        "times_seen": cookie.times_seen,
        "initiator": cookie.initiator,
    }


def _host(row: HostRow, phases: tuple[ConsentPhase, ...]) -> dict[str, Any]:
    return {
        "host": row.host,
        "registrable_domain": row.registrable_domain,
        "vendor": row.vendor,
        "category": row.category,
        "is_tracker": row.is_tracker,
        "cookies": row.cookies,
        "initiator": row.initiator,
        "requests": row.total,
        "requests_by_phase": dict(zip(phases, row.requests, strict=True)),
        "first_phase": row.first_phase,
        "first_url": row.first_url,
        "first_at": row.first_at,
    }


def _stored(row: StorageRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "kind": row.kind,
        "origin": row.origin,
        "party": row.party,
        "category": row.category,
        "category_source": row.source,
        "confidence": row.confidence,
        "vendor": row.vendor,
        "exemption": row.exemption,
        "exemption_reason": row.exemption_reason,
        "phases": row.phases,
        "value_sha256": row.value.sha256 if row.value else None,
        "value_length": row.value.length if row.value else None,
        "value_shape": row.value.shape if row.value else None,
        "first_url": row.first_url,
        "initiator": row.initiator,
    }


def _declared(part: DeclaredPart) -> dict[str, Any]:
    return {
        "file_name": part.file_name,
        "sha256": part.sha256,
        "declared_at": part.declared_at,
        "imported_at": part.imported_at,
        "lines": part.lines,
        "counts": dict(part.counts),
        "rows": [
            {
                "name": row.name,
                "place": row.place,
                "type": row.type,
                "agreement": row.agreement,
                "declared_category": row.declared_category,
                "observed_category": row.observed_category,
                "declared_lifetime": row.declared_lifetime,
                "observed_lifetime": row.observed_lifetime,
                "differences": row.differences,
            }
            for row in part.rows
        ],
    }


def _changes(part: ChangesPart) -> dict[str, Any]:
    return {
        "older_scan": part.older_id,
        "older_at": part.older_at,
        "older_score": part.older_score,
        "newer_score": part.newer_score,
        "sentence": part.sentence,
        "notes": part.notes,
        "counts": {
            count.sort: {
                "added": count.added,
                "removed": count.removed,
                "changed": count.changed,
                "not_comparable": count.not_comparable,
                "unchanged": count.unchanged,
            }
            for count in part.counts
        },
        "findings": [
            {
                "rule_id": finding.rule_id,
                "older": finding.older,
                "newer": finding.newer,
                "kind": finding.kind,
                "what": finding.what,
            }
            for finding in part.findings
        ],
        "rows": [
            {"kind": row.kind, "sort": row.sort, "name": row.name, "place": row.place, "what": row.what}
            for row in part.rows
        ],
    }


def _declaration(part: DeclarationPart) -> dict[str, Any]:
    return {
        "title": part.title,
        "introduction": part.introduction,
        "updated": part.updated,
        "remarks": part.remarks,
        "groups": [
            {
                "category": group.category,
                "title": group.title,
                "explanation": group.explanation,
                "rows": [
                    {
                        "name": row.name,
                        "provider": row.provider,
                        "purpose": row.purpose,
                        "lifetime": row.lifetime,
                        "type": row.type,
                    }
                    for row in group.rows
                ],
            }
            for group in part.groups
        ],
    }
