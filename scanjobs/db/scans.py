"""Scans: stored in small steps and shown at the last one, listed, looked up, read back whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from scanjobs.config import Settings
from scanjobs.db import models, scan_rows
from scanjobs.db.events import append
from scanjobs.db.lookup import BEYOND, LATEST, checked_prefix, the_one
from scanjobs.db.session import reading, transaction
from scanjobs.domain.cookies import (
    ConsentPhase,
    ObservedCookie,
)
from scanjobs.domain.events import Event
from scanjobs.domain.findings import Finding, FindingItem
from scanjobs.domain.labels import Label, LabelledCookie, LabelledHost, LabelledStorage
from scanjobs.domain.scans import CookieStream, ScanRecord, ScanSummary
from scanjobs.domain.storage import StoredItem
from scanjobs.errors import NotFoundError

IMPORTING, READY = "importing", "ready"
CHUNK = 500
"""Cookies in one transaction: well under 50 ms, so that nobody waits behind an import."""
ABANDONED_AFTER = timedelta(hours=1)


def add_scan(
    settings: Settings,
    scan: ScanRecord,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    events: Sequence[Event] = (),
) -> None:
    """Store a scan. It appears whole with the last of its transactions, or not at all; so do its events."""
    with transaction(settings) as session:
        _sweep_abandoned(session, scan.created_at)
        scan_seq = session.execute(
            sa.insert(models.Scan).values(**_scan_row(scan)).returning(models.Scan.seq)
        ).scalar_one()
    try:
        for start in range(0, len(scan.cookies), CHUNK):
            with transaction(settings) as session:
                _add_cookies(session, scan_seq, scan.cookies[start : start + CHUNK])
            on_progress(min(start + CHUNK, len(scan.cookies)), len(scan.cookies))
        for model, rows in _surroundings(scan):
            with transaction(settings) as session:
                _insert(session, model, scan_seq, rows)
        with transaction(settings) as session:
            session.execute(sa.update(models.Scan).where(models.Scan.seq == scan_seq).values(state=READY))
            for event in events:
                append(settings, event)
    except BaseException:
        with transaction(settings) as session:
            session.execute(sa.delete(models.Scan).where(models.Scan.seq == scan_seq))
        raise


def relabel_scan(settings: Settings, scan: ScanRecord, *, events: Sequence[Event] = ()) -> int:
    """Store other labels and findings of a scan, in one transaction; how many cookies and items changed.

    The scan is as it was read, but for labels, findings, the data version and the declaration. What was
    observed stays.

    Raises:
        NotFoundError: it is gone.
    """
    with transaction(settings) as session:
        seq = session.scalars(sa.select(models.Scan.seq).where(models.Scan.id == scan.id)).one_or_none()
        if seq is None:
            raise NotFoundError(f"There is no scan {scan.id} any more.")
        changed = _relabel(session, models.Cookie, seq, {one.key: one.label for one in scan.cookies})
        changed += _relabel(session, models.StorageItem, seq, {one.key: one.label for one in scan.storage})
        for model in (models.Host, models.Finding):
            session.execute(sa.delete(model).where(model.scan_seq == seq))
        _insert(session, models.Host, seq, [_host_row(host) for host in scan.hosts])
        _insert(session, models.Finding, seq, [_finding_row(finding) for finding in scan.findings])
        session.execute(
            sa.update(models.Scan)
            .where(models.Scan.seq == seq)
            .values(
                data_version=scan.data_version,
                declaration_id=scan.declaration.id if scan.declaration else None,
            )
        )
        for event in events:
            append(settings, event)
    return changed


def _relabel(
    session: Session,
    model: type[models.Cookie | models.StorageItem],
    scan_seq: int,
    labels: Mapping[Any, Label],
) -> int:
    """Write the labels that differ from what is stored."""
    key_columns = (
        ("name", "domain", "path", "partition") if model is models.Cookie else ("name", "origin", "kind")
    )
    new = {tuple(asdict(key)[column] for column in key_columns): label for key, label in labels.items()}
    table = model.__table__
    changes = []
    for row in session.execute(sa.select(table).where(table.c.scan_seq == scan_seq)).mappings():
        columns = _label_columns(new[tuple(row[column] for column in key_columns)])
        if any(row[name] != value for name, value in columns.items()):
            changes.append({"seq": row["seq"], **columns})
    if changes:
        session.execute(sa.update(model), changes)
    return len(changes)


def list_scans(settings: Settings, limit: int | None = None) -> list[ScanSummary]:
    """Every scan, newest first."""
    with reading(settings) as session:
        rows = session.scalars(ready_scans().order_by(models.Scan.seq.desc()).limit(limit))
        return [summary_of(row) for row in rows]


def find_scan(settings: Settings, prefix: str) -> ScanSummary:
    """The one scan whose id begins so, or `latest`.

    Raises:
        NotFoundError: no scan's id begins so.
        AmbiguousIdError: more than one does, or the prefix is too short to tell.
    """
    with reading(settings) as session:
        return summary_of(_scan_row_by_prefix(session, prefix))


def load_scan(settings: Settings, prefix: str) -> ScanRecord:
    """One scan whole; raises as `find_scan` does."""
    with reading(settings) as session:
        row = _scan_row_by_prefix(session, prefix)
        return ScanRecord(
            id=row.id,
            site=row.site,
            created_at=row.created_at,
            captured_at=row.captured_at,
            page_url=row.page_url,
            profile=row.profile,
            tool_version=row.tool_version,
            data_version=row.data_version,
            complete=row.complete,
            values_kept=row.values_kept,
            captures=tuple(scan_rows.captures_of(session, row.seq)),
            cookies=tuple(scan_rows.cookies_of(session, row.seq)),
            hosts=tuple(scan_rows.hosts_of(session, row.seq)),
            gaps=tuple(scan_rows.gaps_of(session, row.seq)),
            findings=tuple(scan_rows.findings_of(session, row.seq)),
            storage=tuple(scan_rows.storage_of(session, row.seq)),
            pages=tuple(scan_rows.pages_of(session, row.seq)),
            declaration=scan_rows.declaration_with(session, row.declaration_id),
        )


@contextmanager
def streamed_cookies(settings: Settings, scan_id: str) -> Iterator[CookieStream]:
    """The cookies of one scan for whom all of them at once are too many; its whole id is given.

    Raises:
        NotFoundError: it is gone.
    """
    with reading(settings) as session:
        row = session.scalars(ready_scans().where(models.Scan.id == scan_id)).one_or_none()
        if row is None:
            raise NotFoundError(f"There is no scan {scan_id} any more.")
        yield CookieStream(
            total=row.cookie_count,
            phases=frozenset(map(ConsentPhase, row.phases)) | scan_rows.cookie_phases_of(session, row.seq),
            rule_versions=frozenset(scan_rows.rule_versions_of(session, row.seq)),
            data_version=row.data_version,
            cookies=scan_rows.cookies_of(session, row.seq),
        )


def scans_with_capture(settings: Settings, sha256: str) -> list[ScanSummary]:
    """The scans that rest on a file with this digest, newest first."""
    rows = (
        ready_scans()
        .join(models.Capture, models.Capture.scan_seq == models.Scan.seq)
        .where(models.Capture.sha256 == sha256)
        .order_by(models.Scan.seq.desc())
    )
    with reading(settings) as session:
        return [summary_of(row) for row in session.scalars(rows)]


def capture_phases(settings: Settings, scan_id: str) -> dict[str, ConsentPhase]:
    """The files that one scan rests on: SHA-256 digest to consent phase."""
    captures = (
        sa.select(models.Capture.sha256, models.Capture.phase)
        .join(models.Scan, models.Capture.scan_seq == models.Scan.seq)
        .where(models.Scan.id == scan_id)
    )
    with reading(settings) as session:
        return {sha256: ConsentPhase(phase) for sha256, phase in session.execute(captures)}


def ready_scans() -> sa.Select[models.Scan]:
    """The scans that can be seen: whole ones."""
    return sa.select(models.Scan).where(models.Scan.state == READY)


def _scan_row_by_prefix(session: Session, prefix: str) -> models.Scan:
    words = {"noun": "scan", "listing": "scanjobs scans"}
    if prefix == LATEST:
        rows = ready_scans().order_by(models.Scan.seq.desc()).limit(1)
    else:
        wanted = checked_prefix(prefix, **words)
        rows = ready_scans().where(models.Scan.id >= wanted, models.Scan.id < wanted + BEYOND).limit(4)
        rows = rows.order_by(models.Scan.seq)
    return the_one(session.scalars(rows).all(), prefix, **words, id_of=lambda row: row.id)


def _sweep_abandoned(session: Session, now: datetime) -> None:
    # What a killed import left behind was never visible; it goes with the next import.
    session.execute(
        sa.delete(models.Scan).where(
            models.Scan.state == IMPORTING, models.Scan.created_at < now - ABANDONED_AFTER
        )
    )


def _scan_row(scan: ScanRecord) -> dict[str, Any]:
    return {
        "id": scan.id,
        "state": IMPORTING,
        "site": scan.site,
        "source": scan.source,
        "page_url": scan.page_url,
        "profile": scan.profile,
        "created_at": scan.created_at,
        "captured_at": scan.captured_at,
        "tool_version": scan.tool_version,
        "data_version": scan.data_version,
        "complete": scan.complete,
        "values_kept": scan.values_kept,
        "cookie_count": len(scan.cookies),
        "phases": list(scan.phases),
        "declaration_id": scan.declaration.id if scan.declaration else None,
    }


def _add_cookies(session: Session, scan_seq: int, cookies: Sequence[LabelledCookie]) -> None:
    rows = [
        {
            "scan_seq": scan_seq,
            **asdict(cookie.key),
            "party": cookie.party,
            **_label_columns(cookie.label),
        }
        for cookie in cookies
    ]
    seqs = session.scalars(
        sa.insert(models.Cookie).returning(models.Cookie.seq, sort_by_parameter_order=True), rows
    )
    session.execute(
        sa.insert(models.Observation),
        [
            _observation_row(seq, observation)
            for seq, cookie in zip(seqs, cookies, strict=True)
            for observation in cookie.observations
        ],
    )


def _label_columns(label: Label) -> dict[str, Any]:
    return {
        "category": label.category,
        "vendor": label.vendor,
        "label_source": label.source,
        "confidence": label.confidence,
        "exemption": label.exemption,
        "exemption_reason": label.exemption_reason,
        "privacy_url": label.privacy_url,
        "declared_retention": label.declared_retention,
        "exemption_ground": label.exemption_ground,
        "database_category": label.database_category,
    }


def _observation_row(cookie_seq: int, seen: ObservedCookie) -> dict[str, Any]:
    return {
        "cookie_seq": cookie_seq,
        "phase": seen.phase,
        "origin": seen.origin,
        "host_only": seen.host_only,
        "secure": seen.secure,
        "http_only": seen.http_only,
        "same_site": seen.same_site,
        "partitioned": seen.partitioned,
        "is_session": seen.is_session,
        "expires_at": seen.expires_at,
        "lifetime_seconds": seen.lifetime_seconds,
        "value_sha256": seen.value.sha256,
        "value_length": seen.value.length,
        "value_shape": seen.value.shape,
        "kept_value": seen.kept_value,
        "raw_set_cookie": seen.raw_set_cookie,
        "first_url": seen.first_url,
        "scheme": seen.scheme,
        "observed_at": seen.observed_at,
        "times_seen": seen.times_seen,
        "initiator": seen.initiator,
        "renewals": seen.renewals,
    }


def _surroundings(scan: ScanRecord) -> Iterator[tuple[type[models.Base], Sequence[dict[str, Any]]]]:
    """What stands around the cookies, made into rows before anybody is held up, and few of them at once."""
    captures = ({**asdict(capture), "inputs": sorted(capture.inputs)} for capture in scan.captures)
    yield models.Capture, list(captures)
    for model, rows in (
        (models.StorageItem, map(_storage_row, scan.storage)),
        (models.Page, map(asdict, scan.pages)),
        (models.Host, map(_host_row, scan.hosts)),
        (models.Gap, map(asdict, scan.gaps)),
    ):
        while chunk := list(islice(rows, CHUNK)):
            yield model, chunk
    for finding in scan.findings:  # one may rest on all the cookies
        yield models.Finding, [_finding_row(finding)]


def _insert(
    session: Session, model: type[models.Base], scan_seq: int, rows: Sequence[dict[str, Any]]
) -> None:
    if rows:
        session.execute(sa.insert(model), [{"scan_seq": scan_seq, **row} for row in rows])


def _storage_row(item: LabelledStorage) -> dict[str, Any]:
    return {
        **asdict(item.key),
        "party": item.party,
        **_label_columns(item.label),
        "observations": [_stored_as_json(observation) for observation in item.observations],
    }


def _stored_as_json(seen: StoredItem) -> dict[str, Any]:
    return {
        "phase": seen.phase,
        "value": asdict(seen.value) if seen.value else None,
        "kept_value": seen.kept_value,
        "first_url": seen.first_url,
        "initiator": seen.initiator,
        "observed_at": seen.observed_at.isoformat() if seen.observed_at else None,
    }


def _host_row(host: LabelledHost) -> dict[str, Any]:
    return {
        **asdict(host.contact),
        "party": host.party,
        "vendor": host.vendor,
        "category": host.category,
    }


def _item_as_json(item: FindingItem) -> dict[str, Any]:
    # Written out: `asdict` copies deeply, which on 20,000 items is a second.
    return {
        "initiator": item.initiator,
        "subject": item.subject,
        "detail": item.detail,
        "phase": item.phase,
        "url": item.url,
        "observed_at": item.observed_at.isoformat() if item.observed_at else None,
    }


def _finding_row(finding: Finding) -> dict[str, Any]:
    return {
        "rule_id": finding.rule_id,
        "rule_version": finding.rule_version,
        "outcome": finding.outcome,
        "severity": finding.severity,
        "summary": finding.summary,
        "items": [_item_as_json(item) for item in finding.items],
    }


def summary_of(row: models.Scan) -> ScanSummary:
    """A scan as listings show it."""
    return ScanSummary(
        id=row.id,
        site=row.site,
        source=row.source,
        created_at=row.created_at,
        captured_at=row.captured_at,
        cookies=row.cookie_count,
        phases=tuple(row.phases),
        complete=row.complete,
        held_at=row.held_at,
        hold_reason=row.hold_reason,
    )
