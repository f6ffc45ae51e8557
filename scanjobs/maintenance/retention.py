"""How long things are kept: what goes by age and count and why, and then exactly that goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from scanjobs.config import Settings
from scanjobs.db import old_notifications
from scanjobs.db import reports as records
from scanjobs.domain.ids import short
from scanjobs.domain.statistics import hour_of
from scanjobs.jobs import pruning
from scanjobs.maintenance import reports, scans, statistics


class Kind(StrEnum):
    """What there is to be kept or not."""

    JOB = "job"
    EVENT = "event"
    DELIVERY = "delivery"
    REPORT = "report"
    SCAN = "scan"


class Group(StrEnum):
    """What one can ask for; they go in this order, so that a report keeps no scan that goes with it."""

    JOBS = "jobs"
    NOTIFICATIONS = "notifications"
    REPORTS = "reports"
    SCANS = "scans"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """What goes: what is older and not among the newest; of one that says nothing, nothing."""

    older_than: timedelta | None = None
    keep: int | None = None
    """The newest that stay: scans of each site, reports of each site and format, of others in all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One thing that a retention means, and what becomes of it."""

    kind: Kind
    id: str
    what: str
    """Its site, its file, its task."""
    at: datetime
    why: str
    """Why it goes; of one that stays, why it stays."""
    goes: bool = True
    scan_id: str | None = None
    """Of a report that goes with its scan."""
    seq: int = 0
    """Of an event or a delivery."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What goes and what stays although it is meant, settled at one moment."""

    items: tuple[Item, ...]
    jobs_before: datetime | None = None
    """The jobs that go are those that ended before then."""

    @property
    def going(self) -> list[Item]:
        """What goes."""
        return [item for item in self.items if item.goes]

    @property
    def staying(self) -> list[Item]:
        """What stays, and why."""
        return [item for item in self.items if not item.goes]


def plan(
    settings: Settings,
    groups: Collection[Group] = tuple(Group),
    rule: Rule | None = None,
    now: datetime | None = None,
) -> Plan:
    """What goes now; by one rule for all groups where it is given, otherwise by the settings."""
    moment = now or settings.clock.now()
    items: list[Item] = []
    before = None
    if Group.JOBS in groups:
        before = _jobs_before(settings, rule, moment)
        items += _jobs(settings, before, _words(rule or _rule(settings.history_days), settings.history_most))
    if Group.NOTIFICATIONS in groups:
        items += _notifications(settings, rule, moment)
    going: set[str] = set()
    if Group.REPORTS in groups:
        means = rule or _rule(settings.reports_days, settings.reports_count)
        found = reports.outdated(settings, older_than=means.older_than, keep=means.keep, now=moment)
        going = {report.id for report in found}
        for report in found:
            is_over = report.expires_at is not None
            why = f"to be kept until {report.expires_at:%Y-%m-%d}" if is_over else _words(means)
            items.append(
                Item(kind=Kind.REPORT, id=report.id, what=report.path, at=report.created_at, why=why)
            )
    if Group.SCANS in groups:
        items += _scans(settings, rule or _rule(settings.scans_days, settings.scans_count), going, moment)
    return Plan(items=tuple(items), jobs_before=before)


def clean_up(settings: Settings, group: Group) -> dict[str, int]:
    """What happens every night: what the settings say goes; answers how many of each kind."""
    done = carry_out(settings, plan(settings, [group]))
    gone = Counter(f"{item.kind}s_deleted" if item.goes else f"{item.kind}s_kept" for item in done.items)
    return {name.replace("deliverys", "deliveries"): count for name, count in sorted(gone.items())}


def carry_out(
    settings: Settings, plan: Plan, on_progress: Callable[[int, int], None] = lambda done, total: None
) -> Plan:
    """Do what a plan says; answers what was done, things that came to be needed meanwhile staying."""
    going = plan.going
    by_kind = {kind: [item for item in going if item.kind is kind] for kind in Kind}
    if plan.jobs_before is not None:
        statistics.keep_job_statistics(settings)  # how they went stays
        while pruning.delete_jobs(settings, plan.jobs_before) >= pruning.STEP:
            pass
    if by_kind[Kind.DELIVERY]:
        statistics.keep_delivery_statistics(settings)
    deliveries, events = by_kind[Kind.DELIVERY], by_kind[Kind.EVENT]
    old_notifications.delete_deliveries(settings, [item.seq for item in deliveries])
    old_notifications.delete_events(settings, [item.seq for item in events])
    kept: dict[str, str] = {}
    files: dict[str, str] = {}
    alone = {item.id for item in by_kind[Kind.REPORT] if item.scan_id is None}
    done = reports.delete(settings, [one for one in records.list_reports(settings) if one.id in alone])
    scans.delete(settings, [])  # what somebody was killed at, which nobody sees any more
    for number, item in enumerate(by_kind[Kind.SCAN]):
        on_progress(number, len(by_kind[Kind.SCAN]))
        for gone in scans.delete(settings, [item.id]):
            done += gone.reports
            if gone.kept is not None:
                kept[gone.scan_id] = gone.kept
                with_it = [other for other in by_kind[Kind.REPORT] if other.scan_id == gone.scan_id]
                kept |= {other.id: f"its scan stays: {gone.kept}" for other in with_it}
    for deletion in done:
        if deletion.is_deleted:
            files[deletion.report.id] = deletion.file
        else:
            kept[deletion.report.id] = deletion.file
    return replace(plan, items=tuple(_outcome(item, kept, files) for item in plan.items))


def _outcome(item: Item, kept: dict[str, str], files: dict[str, str]) -> Item:
    if item.id in kept:
        return replace(item, goes=False, why=kept[item.id])
    file = files.get(item.id, "deleted")
    return item if file == "deleted" else replace(item, why=f"{item.why}; file {file}")


def _rule(days: float, keep: int = 0) -> Rule:
    return Rule(older_than=timedelta(days=days) if days else None, keep=keep or None)


def _words(rule: Rule, most: int = 0) -> str:
    """A rule as the reason why something goes."""
    told = []
    if rule.older_than is not None:
        days = rule.older_than / timedelta(days=1)
        told.append(f"older than {days:g} days" if days >= 1 else f"older than {rule.older_than}")
    if rule.keep is not None:
        told.append(f"not among the newest {rule.keep:,}")
    words = " and ".join(told)
    return " or ".join([*([words] if words else []), *([f"beyond {most:,}"] if most else [])])


def _jobs_before(settings: Settings, rule: Rule | None, now: datetime) -> datetime:
    if rule is None:
        return pruning.history_ends_at(settings, now)
    return pruning.kept_from(settings, older_than=rule.older_than, keep=rule.keep, now=now)


def _jobs(settings: Settings, before: datetime, why: str) -> Iterator[Item]:
    for job in pruning.old_jobs(settings, before):
        what = f"{job.task} {job.state}"
        yield Item(kind=Kind.JOB, id=job.id, what=what, at=job.finished_at, why=why)


def _notifications(settings: Settings, rule: Rule | None, now: datetime) -> Iterator[Item]:
    means, most = rule or _rule(settings.notifications_days), 0 if rule else settings.notifications_most
    count = most if means.keep is None else means.keep
    old = old_notifications.Old(
        before=None if means.older_than is None else now - means.older_than,
        below=old_notifications.number_of_newest(settings, count) if count else None,
        both=means.keep is not None,
        ended_before=hour_of(now),
    )
    why = _words(means, most)
    for delivery in old_notifications.old_deliveries(settings, old):
        what = f"{delivery.channel} to {delivery.recipient}"
        yield Item(
            kind=Kind.DELIVERY, id=delivery.id, what=what, at=delivery.created_at, why=why, seq=delivery.seq
        )
    for event in old_notifications.old_events(settings, old):
        what = f"{event.type} of {event.site}" if event.site else event.type
        yield Item(kind=Kind.EVENT, id=event.id, what=what, at=event.happened_at, why=why, seq=event.seq)


def _scans(settings: Settings, rule: Rule, going: Collection[str], now: datetime) -> Iterator[Item]:
    found: Sequence[scans.OutdatedScan] = scans.outdated(
        settings, older_than=rule.older_than, keep=rule.keep, going=going, now=now
    )
    for one in found:
        scan, stays = one.scan, one.kept is not None
        why = one.kept or _words(rule)
        if not stays:
            for report_id, path in one.reports:
                if report_id not in going:
                    yield Item(
                        kind=Kind.REPORT,
                        id=report_id,
                        what=path,
                        at=scan.created_at,
                        why=f"goes with its scan {short(scan.id)}",
                        scan_id=scan.id,
                    )
        yield Item(kind=Kind.SCAN, id=scan.id, what=scan.site, at=scan.created_at, why=why, goes=not stays)
