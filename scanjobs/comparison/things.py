"""Compares what two scans found, one sort of thing after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from scanjobs.comparison.attributes import differences_of
from scanjobs.comparison.changes import Aspect, Change, ChangeKind, Compared, Difference, Plain, Thing
from scanjobs.comparison.generated import declared_form, declared_patterns, form_of
from scanjobs.comparison.pairing import SameIf, paired
from scanjobs.comparison.presence import Presence, Seen, Sights, Trace, in_order
from scanjobs.domain.cookies import ConsentPhase, Party
from scanjobs.domain.evidence import RuleInput
from scanjobs.domain.labels import Label, LabelledCookie, LabelledHost, LabelledStorage
from scanjobs.domain.scans import ScanRecord
from scanjobs.domain.storage import StorageKind
from scanjobs.sites import registrable_domain

_INPUT = {
    StorageKind.LOCAL: RuleInput.LOCAL_STORAGE,
    StorageKind.SESSION: RuleInput.SESSION_STORAGE,
    StorageKind.INDEXED_DB: RuleInput.INDEXED_DB,
}


def compare_cookies(sights: Sights) -> Compared:
    """The cookies of two scans, by key; moved and renamed ones are known again."""
    older, newer = sights.older.scan, sights.newer.scan
    lines = declared_patterns(newer, older)
    ways: list[SameIf[LabelledCookie]] = [
        SameIf(lambda cookie: cookie.key),
        SameIf(lambda cookie: (cookie.key.name, cookie.key.domain, cookie.key.path), only_alone=True),
        SameIf(lambda cookie: (cookie.key.name, cookie.key.domain), only_alone=True),
        SameIf(lambda cookie: (cookie.key.name, registrable_domain(cookie.key.domain)), only_alone=True),
        SameIf(
            lambda cookie: _and(declared_form(cookie.key.name, cookie.key.domain, lines), cookie.key.domain)
        ),
        SameIf(lambda cookie: _and(form_of(cookie.key.name, cookie.label), cookie.key.domain)),
    ]
    return _compared(
        _change(
            sights,
            _Side(_cookie_thing(old), _cookie_traces(old)) if old else None,
            _Side(_cookie_thing(new), _cookie_traces(new)) if new else None,
            differences_of(old, new) if old and new else (),
            without=_UNSETTLED if old and new and _is_unsettled(old, new) else frozenset(),
        )
        for old, new in paired(older.cookies, newer.cookies, ways)
    )


def compare_storage(sights: Sights) -> Compared:
    """What two scans found stored beside cookies, by key; renamed items are known again."""
    ways: list[SameIf[LabelledStorage]] = [
        SameIf(lambda item: item.key),
        SameIf(lambda item: _and(form_of(item.key.name, item.label), item.key.origin, item.key.kind)),
    ]
    return _compared(
        _change(
            sights,
            _Side(_item_thing(old), _item_traces(old)) if old else None,
            _Side(_item_thing(new), _item_traces(new)) if new else None,
        )
        for old, new in paired(sights.older.scan.storage, sights.newer.scan.storage, ways)
    )


def compare_hosts(sights: Sights) -> Compared:
    """The hosts that two scans contacted; how often is left out, as it changes with every visit."""
    older, newer = _hosts(sights.older.scan), _hosts(sights.newer.scan)
    return _compared_by_name(sights, older, newer)


def compare_vendors(sights: Sights) -> Compared:
    """Whose cookies, stored items and hosts two scans have."""
    older, newer = _vendors(sights.older.scan), _vendors(sights.newer.scan)
    return _compared_by_name(sights, older, newer)


@dataclass(frozen=True, slots=True)
class _Side:
    """A thing of one scan and where that saw it."""

    thing: Thing
    traces: frozenset[Trace]

    @property
    def seen(self) -> Seen:
        """Where the scan saw it, and whose it is."""
        return Seen(self.traces, self.thing.party)


def _compared(changes: Iterable[Change | None]) -> Compared:
    found = list(changes)
    told = [change for change in found if change is not None]
    told.sort(key=lambda change: (change.thing.name, change.thing.place, change.thing.path))
    return Compared(changes=tuple(told), unchanged=len(found) - len(told))


def _compared_by_name(sights: Sights, older: dict[str, _Side], newer: dict[str, _Side]) -> Compared:
    return _compared(
        _change(sights, older.get(name), newer.get(name)) for name in sorted(older.keys() | newer.keys())
    )


def _change(
    sights: Sights,
    old: _Side | None,
    new: _Side | None,
    differences: tuple[Difference, ...] = (),
    *,
    without: frozenset[Aspect] = frozenset(),
) -> Change | None:
    """What became of one thing, as far as its label can be compared; None where the scans say the same."""
    presence = sights.presence(old.seen if old else None, new.seen if new else None)
    told = (*_phases(presence), *differences)
    if old and new:
        labels = (one for one in _labels_differ(old.thing, new.thing) if one.aspect not in without)
        told = (*told, *labels)
        kind = _kind_of_both(old.thing, new.thing, told)
    else:
        kind = presence.kind
    if kind is None:
        return None
    return Change(
        kind=kind,
        older=old.thing if old else None,
        newer=new.thing if new else None,
        differences=told,
        unseen=presence.unseen,
    )


def _kind_of_both(old: Thing, new: Thing, told: Sequence[Difference]) -> ChangeKind | None:
    if told:
        return ChangeKind.CHANGED
    return ChangeKind.RENAMED if old.name != new.name else None


def _phases(presence: Presence) -> tuple[Difference, ...]:
    return (presence.phases,) if presence.phases else ()


def _labels_differ(old: Thing, new: Thing) -> Iterator[Difference]:
    pairs: tuple[tuple[Aspect, Plain, Plain], ...] = (
        (Aspect.PARTY, old.party, new.party),
        (Aspect.CATEGORY, old.category, new.category),
        (Aspect.VENDOR, old.vendor, new.vendor),
        (Aspect.EXEMPTION, old.exemption, new.exemption),
    )
    for aspect, was, now in pairs:
        if was != now:
            yield Difference(aspect=aspect, older=was, newer=now)


_UNSETTLED = frozenset({Aspect.CATEGORY, Aspect.EXEMPTION})


def _is_unsettled(old: LabelledCookie, new: LabelledCookie) -> bool:
    """Whether only one scan saw how long a cookie lives, which may be all that decides on its exemption."""
    is_known_by_name = old.label.exemption_ground is not None and new.label.exemption_ground is not None
    return is_known_by_name and _shows_lifetime(old) is not _shows_lifetime(new)


def _shows_lifetime(cookie: LabelledCookie) -> bool:
    return any(seen.is_session is not None for seen in cookie.observations)


def _cookie_thing(cookie: LabelledCookie) -> Thing:
    return replace(
        _labelled("cookie", cookie.key.name, cookie.label, cookie.party, cookie.phases),
        place=cookie.latest.shown_domain,
        path=cookie.key.path,
    )


def _cookie_traces(cookie: LabelledCookie) -> frozenset[Trace]:
    return frozenset((RuleInput.COOKIES, phase) for phase in cookie.phases)


def _item_thing(item: LabelledStorage) -> Thing:
    made = _labelled(item.key.kind, item.key.name, item.label, item.party, item.phases)
    return replace(made, place=item.key.origin)


def _item_traces(item: LabelledStorage) -> frozenset[Trace]:
    return frozenset((_INPUT[item.key.kind], phase) for phase in item.phases)


def _labelled(kind: str, name: str, label: Label, party: Party, phases: tuple[ConsentPhase, ...]) -> Thing:
    return Thing(
        name=name,
        kind=kind,
        place="",
        path="",
        phases=phases,
        party=party,
        category=label.category,
        vendor=label.vendor,
        exemption=label.exemption,
    )


def _hosts(scan: ScanRecord) -> dict[str, _Side]:
    by_name: dict[str, list[LabelledHost]] = defaultdict(list)
    for host in scan.hosts:
        by_name[host.contact.host].append(host)
    return {
        name: _Side(
            Thing(
                name=name,
                kind="host",
                place="",
                path="",
                phases=in_order(host.contact.phase for host in found),
                party=found[0].party,
                category=found[0].category,
                vendor=found[0].vendor,
                exemption=None,
            ),
            frozenset((RuleInput.REQUESTS, host.contact.phase) for host in found),
        )
        for name, found in by_name.items()
    }


def _vendors(scan: ScanRecord) -> dict[str, _Side]:
    traces: dict[str, set[Trace]] = defaultdict(set)
    for cookie in scan.cookies:
        traces[cookie.label.vendor or ""] |= _cookie_traces(cookie)
    for item in scan.storage:
        traces[item.label.vendor or ""] |= _item_traces(item)
    for host in scan.hosts:
        traces[host.vendor or ""].add((RuleInput.REQUESTS, host.contact.phase))
    return {
        name: _Side(
            Thing(
                name=name,
                kind="vendor",
                place="",
                path="",
                phases=in_order(phase for _, phase in found),
                party=None,
                category=None,
                vendor=name,
                exemption=None,
            ),
            frozenset(found),
        )
        for name, found in traces.items()
        if name
    }


def _and(form: str | None, *rest: object) -> tuple[object, ...] | None:
    return None if form is None else (form, *rest)
