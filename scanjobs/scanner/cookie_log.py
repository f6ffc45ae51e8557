"""Gathers what the entries of one capture show of cookies: one observation per cookie, set or sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from scanjobs.domain.cookies import CookieKey, CookieOrigin, ObservedCookie
from scanjobs.scanner.set_cookie import Scope, SetCookie, domain_matches
from scanjobs.scanner.source import CaptureTarget
from scanjobs.scanner.urls import WebUrl
from scanjobs.scanner.values import fingerprint
from scanjobs.sites import registrable_domain

_SECOND = timedelta(seconds=1)
DELETED = "cookie deleted by the response and never seen"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """One request or response that showed a cookie."""

    position: int
    """Where it stands in the file; the smaller came first."""
    url: WebUrl
    at: datetime | None
    initiator: str | None = None
    """What had the request sent."""


class _SetKey(NamedTuple):
    """The key of a cookie before the page is known that a partitioned one belongs to."""

    name: str
    domain: str
    path: str
    partitioned: bool


@dataclass(kw_only=True, slots=True, eq=False)
class _Known:
    """A cookie that a response set: as it was set last, as it was seen first."""

    cookie: SetCookie
    scope: Scope
    line: str | None
    last: Sighting
    first: Sighting
    set_by: str | None
    """What had the first request sent that was answered with it."""
    times: int = 0
    answers: int = 0
    """Responses to requests that carried it."""
    renewals: int = 0
    """How many of these moved its end."""

    def add(self, first: Sighting, times: int) -> None:
        """Count sightings; the earliest of all stays the first."""
        self.times += times
        self.first = min(self.first, first, key=lambda sighting: sighting.position)


@dataclass(slots=True)
class _Tally:
    first: Sighting
    times: int = 0


@dataclass(kw_only=True, slots=True)
class _Sent:
    """The sightings of one name on one host that no response explained when they were made."""

    name: str
    host: str
    value: str = ""
    """As it was sent last."""
    values: set[bytes] = field(default_factory=set)
    tallies: dict[tuple[str, bool], _Tally] = field(default_factory=dict)
    """By path, and by whether a cookie of that name was sent beside it that a response did explain."""


@dataclass(kw_only=True, slots=True)
class _Group:
    """One cookie that was only sent: the same host, or the same value on hosts of one site."""

    name: str
    value: str
    hosts: set[str]
    values: set[bytes]
    first: Sighting
    times: int

    def absorb(self, other: _Group) -> None:
        """Take in sightings of the same cookie."""
        self.hosts |= other.hosts
        self.values |= other.values
        self.times += other.times
        self.first = min(self.first, other.first, key=lambda sighting: sighting.position)

    @property
    def domain(self) -> str:
        """The longest ending, label by label, that all hosts share."""
        reversed_labels = [host.split(".")[::-1] for host in self.hosts]
        shared = []
        for labels in zip(*reversed_labels, strict=False):
            if len(set(labels)) > 1:
                break
            shared.append(labels[0])
        return ".".join(reversed(shared))


class CookieLog:
    """Every cookie of one capture: of each exchange first what was sent, then what was set in the answer."""

    def __init__(self, target: CaptureTarget) -> None:
        self._target = target
        self._known: dict[_SetKey, _Known] = {}
        self._by_name: dict[str, list[_Known]] = {}
        self._sent: dict[tuple[str, str], _Sent] = {}
        self._deletions: Counter[_SetKey] = Counter()
        self._carried: list[_Known] = []
        """The cookies that the present request carried."""
        self._carried_unknown: set[str] = set()
        """The names of those that no response so far has set."""

    def set(self, cookie: SetCookie, scope: Scope, line: str | None, seen: Sighting) -> None:
        """Note a cookie that a response set or took away."""
        key = _SetKey(cookie.name, scope.domain, scope.path, cookie.partitioned is True)
        if cookie.is_deletion(seen.at):
            self._deletions[key] += 1
            return
        known = self._known.get(key)
        if known is None:
            known = _Known(
                cookie=cookie, scope=scope, line=line, last=seen, first=seen, set_by=seen.initiator
            )
            self._known[key] = known
            self._by_name.setdefault(cookie.name, []).append(known)
            if cookie.name in self._carried_unknown:
                self._carried.append(known)  # it was there before anything was recorded
                known.renewals += cookie.is_session is False
        else:
            if known in self._carried:
                known.renewals += _moves_end(known, cookie, seen)
            known.cookie, known.scope, known.line, known.last = cookie, scope, line, seen
        known.add(seen, 1)

    def sent(self, pairs: Iterable[tuple[str, str]], seen: Sighting) -> None:
        """Note the cookies that one request carried."""
        host, path = seen.url.host, seen.url.path
        # A cookie without a name is sent as its value, which may have an equals sign in it.
        nameless = self._explaining("", host, path)
        explained: list[_Known] = []
        others = []
        for name, value in pairs:
            candidates = self._explaining(name, host, path)
            same = [known for known in candidates if known.cookie.value == value]
            same += [known for known in nameless if known.cookie.value == f"{name}={value}"]
            if known := next((known for known in same if known not in explained), None):
                explained.append(known)
            else:
                others.append((name, value, candidates))
        self._carried_unknown = set()
        # A script may have changed the value since: by name and path, then.
        for name, value, candidates in others:
            if known := next((known for known in candidates if known not in explained), None):
                explained.append(known)
            else:
                self._note_sent(name, value, seen, beside_known=bool(candidates))
                self._carried_unknown.add(name)
        for known in explained:
            known.add(seen, 1)
        self._carried = explained

    def answered(self, seen: Sighting) -> None:
        """Note that the answer has told all it had to: whether it moved the end of what had been sent."""
        for known in self._carried if seen.at is not None else ():
            known.answers += 1

    def observations(self, page: WebUrl | None) -> tuple[ObservedCookie, ...]:
        """Every cookie once, by key; asked once, at the end, since a later response may explain a request.

        The partition of a partitioned cookie is the site of the page with its scheme.
        """
        partition = f"{page.transport}://{registrable_domain(page.host)}" if page else ""
        only_sent: dict[tuple[str, str], _Group] = {}
        for group in self._groups():
            at_root = (_SetKey(group.name, group.domain, "/", partitioned) for partitioned in (False, True))
            if same_key := next((key for key in at_root if key in self._known), None):
                self._known[same_key].add(group.first, group.times)
            elif same_group := only_sent.get((group.name, group.domain)):
                same_group.absorb(group)
            else:
                only_sent[group.name, group.domain] = group
        found = [self._observed_set(known, partition) for known in self._known.values()]
        found += [self._observed_sent(group) for group in only_sent.values()]
        return tuple(sorted(found, key=lambda cookie: cookie.key))

    def deletions(self, observed: Iterable[ObservedCookie]) -> int:
        """How many deletions were about cookies that nothing else showed."""
        domains: dict[str, list[str]] = {}
        for cookie in observed:
            if cookie.origin is CookieOrigin.REQUEST:
                domains.setdefault(cookie.key.name, []).append(cookie.key.domain)
        return sum(
            count
            for key, count in self._deletions.items()
            if key not in self._known
            and not any(
                domain_matches(domain, key.domain) or domain_matches(key.domain, domain)
                for domain in domains.get(key.name, ())
            )
        )

    def _explaining(self, name: str, host: str, path: str) -> list[_Known]:
        """The cookies of this name that a request to this host and path carries, longest path first."""
        found = [known for known in self._by_name.get(name, ()) if known.scope.covers(host, path)]
        if len(found) > 1:
            found.sort(key=lambda known: -len(known.scope.path))
        return found

    def _note_sent(self, name: str, value: str, seen: Sighting, *, beside_known: bool) -> None:
        sent = self._sent.get((name, seen.url.host))
        if sent is None:
            sent = self._sent[name, seen.url.host] = _Sent(name=name, host=seen.url.host)
        sent.value = value
        sent.values.add(sha256(value.encode("utf-8", "surrogatepass")).digest())
        sent.tallies.setdefault((seen.url.path, beside_known), _Tally(seen)).times += 1

    def _groups(self) -> list[_Group]:
        """What was only sent, cookie by cookie, after later responses explained what they could."""
        groups: dict[tuple[str, str], list[_Group]] = {}
        for sent in self._sent.values():
            left = list(self._unexplained(sent))
            if not left:
                continue
            new = _Group(
                name=sent.name,
                value=sent.value,
                hosts={sent.host},
                values=set(sent.values),
                first=min((tally.first for tally in left), key=lambda sighting: sighting.position),
                times=sum(tally.times for tally in left),
            )
            of_site = groups.setdefault((sent.name, registrable_domain(sent.host)), [])
            for group in [group for group in of_site if group.values & new.values]:
                group.absorb(new)
                of_site.remove(group)
                new = group
            of_site.append(new)
        return [group for of_site in groups.values() for group in of_site]

    def _unexplained(self, sent: _Sent) -> Iterator[_Tally]:
        for (path, beside_known), tally in sent.tallies.items():
            candidates = self._explaining(sent.name, sent.host, path)
            if candidates and not beside_known:
                candidates[0].add(tally.first, tally.times)
            else:
                yield tally

    def _observed_set(self, known: _Known, partition: str) -> ObservedCookie:
        cookie, scope, target = known.cookie, known.scope, self._target
        return ObservedCookie(
            key=CookieKey(
                name=cookie.name,
                domain=scope.domain,
                path=scope.path,
                partition=partition if cookie.partitioned else "",
            ),
            phase=target.phase,
            origin=CookieOrigin.SET_COOKIE,
            host_only=scope.host_only,
            secure=cookie.secure,
            http_only=cookie.http_only,
            same_site=cookie.same_site,
            partitioned=cookie.partitioned,
            is_session=cookie.is_session,
            expires_at=cookie.expires_at(known.last.at),
            lifetime_seconds=cookie.lifetime_seconds(known.last.at),
            value=fingerprint(cookie.value, target.salt),
            kept_value=cookie.value if target.keep_values else None,
            raw_set_cookie=known.line,
            first_url=known.first.url.shown,
            scheme=known.last.url.transport,
            observed_at=known.first.at,
            times_seen=known.times,
            initiator=known.set_by,
            renewals=known.renewals if known.answers else None,
        )

    def _observed_sent(self, group: _Group) -> ObservedCookie:
        return ObservedCookie(
            # A request does not tell the path; nearly every script sets "/".
            key=CookieKey(name=group.name, domain=group.domain, path="/"),
            phase=self._target.phase,
            origin=CookieOrigin.REQUEST,
            host_only=None,
            secure=None,
            http_only=None,
            same_site=None,
            partitioned=None,
            is_session=None,
            expires_at=None,
            lifetime_seconds=None,
            value=fingerprint(group.value, self._target.salt),
            kept_value=group.value if self._target.keep_values else None,
            raw_set_cookie=None,
            first_url=group.first.url.shown,
            scheme=group.first.url.transport,
            observed_at=group.first.at,
            times_seen=group.times,
        )


def _moves_end(known: _Known, cookie: SetCookie, seen: Sighting) -> bool:
    """Whether a cookie that is set again ends later than before; a date that is repeated moves nothing."""
    before, after = known.cookie.expires_at(known.last.at), cookie.expires_at(seen.at)
    return before is not None and after is not None and after - before >= _SECOND
