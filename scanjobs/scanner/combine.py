"""Joins the captures of one scan: at most one observation per cookie and phase, requests summed by host."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from datetime import UTC, datetime

from scanjobs.domain.cookies import ConsentPhase, CookieKey, CookieOrigin, ObservedCookie
from scanjobs.domain.evidence import Evidence, Gap, GapKind, HostContact, RuleInput
from scanjobs.domain.storage import StorageKey, StoredItem
from scanjobs.scanner.set_cookie import Scope
from scanjobs.scanner.urls import read_url
from scanjobs.sites import canonical_host, is_ip_address

_VISIT = tuple(ConsentPhase)
_NEVER = datetime.max.replace(tzinfo=UTC)
_TELLING = {
    CookieOrigin.REQUEST: 0,
    CookieOrigin.JAR: 1,
    CookieOrigin.SCRIPT: 2,
    CookieOrigin.SET_COOKIE: 3,
}
"""How much each way of knowing a cookie tells; only what sets it says how long it is meant to live."""

_OPEN = ("host_only", "secure", "http_only", "same_site", "partitioned", "is_session")
"""The attributes that one way of looking may leave open and another tell."""

_Place = tuple[str, str]
"""The name and the domain of a cookie."""
_Spot = tuple[str, str, str]
"""The name, the domain and the path of a cookie, whatever its partition."""
_SentPlace = tuple[str, str, str]
"""The name, the digest of the value and the domain of a cookie that was only sent."""


def combine(evidences: Sequence[Evidence]) -> Evidence:
    """The evidence of several captures of one scan as one, in the order given.

    A cookie that one capture only saw in requests is, where it fits, the one that another capture saw
    being set or sent; so a cookie set before the choice is recognised after it. And what one capture does not
    tell of a cookie is taken from another of the same phase.
    """
    evidences = _with_known_partitions(evidences)
    return Evidence(
        captures=tuple(capture for evidence in evidences for capture in evidence.captures),
        cookies=_cookies(evidences),
        hosts=_hosts(host for evidence in evidences for host in evidence.hosts),
        gaps=tuple(dict.fromkeys(_gaps(evidences))),
        storage=_storage(item for evidence in evidences for item in evidence.storage),
        pages=tuple(page for evidence in evidences for page in evidence.pages),
    )


def _with_known_partitions(evidences: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The captures, their cookies under the one partition that another capture knows them by.

    Some tools leave the partition out. Where a capture lists a name, domain and path in several partitions,
    it tells them apart itself.
    """
    partitions: defaultdict[_Spot, set[str]] = defaultdict(set)
    for cookie in _set_cookies(evidences):
        if cookie.partitioned is not None:
            partitions[_spot(cookie)].add(cookie.key.partition)
    found = []
    for evidence in evidences:
        listed = Counter(_spot(cookie) for cookie in evidence.cookies)
        found.append(
            replace(
                evidence,
                cookies=tuple(
                    _in_partition(cookie, partitions[_spot(cookie)])
                    if cookie.partitioned is None and _is_set(cookie) and listed[_spot(cookie)] == 1
                    else cookie
                    for cookie in evidence.cookies
                ),
            )
        )
    return tuple(found)


def _in_partition(cookie: ObservedCookie, partitions: Set[str]) -> ObservedCookie:
    """The cookie under the only partition there is, if there is one."""
    if len(partitions) != 1:
        return cookie
    (partition,) = partitions
    return replace(
        cookie, key=replace(cookie.key, partition=partition), partitioned=True if partition else None
    )


def _spot(cookie: ObservedCookie) -> _Spot:
    return cookie.key.name, cookie.key.domain, cookie.key.path


def _cookies(evidences: Sequence[Evidence]) -> tuple[ObservedCookie, ...]:
    merged: dict[tuple[CookieKey, ConsentPhase], ObservedCookie] = {}
    for cookie in (*_set_cookies(evidences), *_recognised(evidences)):
        old = merged.get((cookie.key, cookie.phase))
        merged[cookie.key, cookie.phase] = cookie if old is None else _joined(old, cookie)
    return tuple(sorted(merged.values(), key=lambda cookie: (cookie.key, _VISIT.index(cookie.phase))))


def _set_cookies(evidences: Iterable[Evidence]) -> list[ObservedCookie]:
    return [cookie for evidence in evidences for cookie in evidence.cookies if _is_set(cookie)]


def _recognised(evidences: Sequence[Evidence]) -> list[ObservedCookie]:
    """The cookies that were only sent, each under the key that the other captures know it by."""
    known: defaultdict[_Place, list[tuple[int, ObservedCookie]]] = defaultdict(list)
    for position, cookie in enumerate(_set_cookies(evidences)):
        known[cookie.key.name, cookie.key.domain].append((position, cookie))
    recognised: list[ObservedCookie] = []
    for evidence in evidences:
        # What its own capture set could have explained it there, and did not.
        own = {cookie.key for cookie in _set_cookies([evidence])}
        for cookie in evidence.cookies:
            if not _is_set(cookie):
                recognised.append(replace(cookie, key=_key_among(known, own, cookie) or cookie.key))
    # The widest domains first: what was sent to one host is then found under the domain it shares.
    recognised.sort(key=lambda cookie: cookie.key.domain.count("."))
    widest: dict[_SentPlace, CookieKey] = {}
    for cookie in recognised:
        widest.setdefault((cookie.key.name, cookie.value.sha256, cookie.key.domain), cookie.key)
    return [replace(cookie, key=_widest_key(widest, cookie)) for cookie in recognised]


def _key_among(
    known: Mapping[_Place, Sequence[tuple[int, ObservedCookie]]], own: Set[CookieKey], sent: ObservedCookie
) -> CookieKey | None:
    """The key of the cookie some response set, in another capture, that a request like this one carries.

    Of several it is the one with the longest path, and of these the first that was seen.
    """
    url = read_url(sent.first_url)
    if url is None:
        return None
    fitting = [
        (-len(cookie.key.path), position, cookie.key)
        for domain in _domains_around(url.host)
        for position, cookie in known.get((sent.key.name, domain), ())
        if cookie.key not in own and _scope(cookie).covers(url.host, url.path)
    ]
    return min(fitting)[-1] if fitting else None


def _scope(cookie: ObservedCookie) -> Scope:
    return Scope(domain=cookie.key.domain, host_only=cookie.host_only is not False, path=cookie.key.path)


def _widest_key(keys: Mapping[_SentPlace, CookieKey], sent: ObservedCookie) -> CookieKey:
    """The key of the same name and value with the widest domain around this one; at least its own."""
    same = ((sent.key.name, sent.value.sha256, domain) for domain in _domains_around(sent.key.domain))
    return next((keys[place] for place in same if place in keys), sent.key)


def _domains_around(host: str) -> Iterator[str]:
    """The domains that a host lies in, the widest first, itself last."""
    host = canonical_host(host)
    dot = -1 if is_ip_address(host) else host.rfind(".")
    while dot >= 0:
        yield host[dot + 1 :]
        dot = host.rfind(".", 0, dot)
    yield host


def _joined(one: ObservedCookie, other: ObservedCookie) -> ObservedCookie:
    """The same cookie in the same phase: as it was set last or lay in the store, as it was seen first."""
    first, last = sorted((one, other), key=lambda cookie: cookie.observed_at or _NEVER)
    renewals = [cookie.renewals for cookie in (first, last) if cookie.renewals is not None]
    told = max((last, first), key=lambda cookie: _TELLING[cookie.origin])
    return replace(
        _completed(told, first if told is last else last),
        first_url=first.first_url or last.first_url,
        observed_at=first.observed_at,
        times_seen=first.times_seen + last.times_seen,
        initiator=first.initiator or last.initiator,
        renewals=sum(renewals) if renewals else None,
    )


def _completed(told: ObservedCookie, other: ObservedCookie) -> ObservedCookie:
    """What the one observation leaves open, as the other knows it.

    A lifetime means something else where it was asked for than where it was left, so it stays out unless both
    were seen in the same way.
    """
    known = {name: getattr(other, name) for name in _OPEN if getattr(told, name) is None}
    if told.is_session is not True and told.expires_at is None:
        known["expires_at"] = other.expires_at
    if told.is_session is not True and told.lifetime_seconds is None and told.origin is other.origin:
        known["lifetime_seconds"] = other.lifetime_seconds
    return replace(told, scheme=told.scheme or other.scheme, **known)


def _is_set(cookie: ObservedCookie) -> bool:
    """Whether its attributes are known: all but those that were only sent."""
    return cookie.origin is not CookieOrigin.REQUEST


def _storage(items: Iterable[StoredItem]) -> tuple[StoredItem, ...]:
    merged: dict[tuple[StorageKey, ConsentPhase], StoredItem] = {}
    for item in items:
        old = merged.get((item.key, item.phase))
        if old is None or (item.observed_at or _NEVER) < (old.observed_at or _NEVER):
            merged[item.key, item.phase] = item
    return tuple(sorted(merged.values(), key=lambda item: (item.key, _VISIT.index(item.phase))))


def _gaps(evidences: Iterable[Evidence]) -> Iterator[Gap]:
    """The gaps of all captures, but for those that another capture of the same phase fills."""
    with_requests = {
        capture.phase
        for evidence in evidences
        for capture in evidence.captures
        if RuleInput.REQUESTS in capture.inputs
    }
    for evidence in evidences:
        for gap in evidence.gaps:
            if gap.kind is not GapKind.STORE_ONLY or gap.phase not in with_requests:
                yield gap


def _hosts(hosts: Iterable[HostContact]) -> tuple[HostContact, ...]:
    summed: dict[tuple[str, ConsentPhase], HostContact] = {}
    for new in hosts:
        old = summed.get((new.host, new.phase), replace(new, requests=0, called_tracking=0))
        first = min((old, new), key=lambda host: host.first_at or _NEVER)
        summed[new.host, new.phase] = replace(
            first,
            requests=old.requests + new.requests,
            called_tracking=old.called_tracking + new.called_tracking,
        )
    return tuple(sorted(summed.values(), key=lambda host: (host.host, _VISIT.index(host.phase))))
