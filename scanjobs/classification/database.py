"""Knows cookies by name: what their makers document, the database, a second one; companies by domain."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

from scanjobs.classification.data_file import read_tables
from scanjobs.classification.vendors import VendorIndex
from scanjobs.domain.labels import LabelSource
from scanjobs.domain.purposes import Category

# A prefix such as `SR` or `_s` begins half of all names there are, so a short one needs a domain that agrees.
SHORTEST_PREFIX = 4
# The same for names that are known from one domain and met on another: `c`, `uid`, `RT` are anybody's.
SHORTEST_NAME_ELSEWHERE = 4
# Names without any domain: `_ga` is unmistakable, `t` and `i` are not.
SHORTEST_NAME = 3


class CookieEntry(NamedTuple):
    """What a database says about one name or prefix."""

    name: str
    vendor: str | None
    category: Category
    domains: tuple[str, ...]
    retention: str | None
    privacy_url: str | None
    is_prefix: bool

    def agrees_with(self, host: str) -> bool:
        """True when the host is one of the entry's domains or lies below one."""
        return any(host == domain or host.endswith(f".{domain}") for domain in self.domains)


class Match(NamedTuple):
    """An entry and the way it was found."""

    entry: CookieEntry
    source: LabelSource


class CookieDatabase:
    """Names, prefixes and companies, indexed for look-up."""

    def __init__(
        self,
        *,
        version: str,
        cookies: Iterable[CookieEntry] = (),
        second: Iterable[CookieEntry] = (),
        documented: Iterable[CookieEntry] = (),
        documented_forms: Iterable[tuple[str, CookieEntry]] = (),
        vendors: VendorIndex | None = None,
        sources: tuple[Mapping[str, Any], ...] = (),
    ) -> None:
        self.version = version
        self.sources = sources
        """Name, package, version, licence and address of each source, for the annex of a report."""
        self.vendors = vendors or VendorIndex(())
        self._names, self._prefixes = _index(cookies)
        self._second_names, self._second_prefixes = _index(second)
        self._documented_names, self._documented_prefixes = _index(documented)
        self._documented_forms = [(re.compile(form), entry) for form, entry in documented_forms]

    @classmethod
    def from_json(cls, data: bytes) -> CookieDatabase:
        """A database from the bytes of a data file, with the lists that come with this program.

        Raises:
            CookieDataError: it is no such file, or something in it has no meaning.
        """
        tables = read_tables(data)
        exempt, documented = (_bundled(name) for name in ("exempt.toml", "documented.toml"))
        # Findings rest on all three: a change in any is another version, even where nobody counted it up.
        groups = tomllib.loads(documented.decode())["documented"]
        revision = hashlib.sha256(data + exempt + documented).hexdigest()[:8]
        return cls(
            version=f"{tables.version}+{revision}",
            cookies=[
                CookieEntry(name, vendor, Category(category), tuple(domains), *rest)
                for name, vendor, category, domains, *rest in tables.cookies
            ],
            second=[
                CookieEntry(name, vendor, Category(category), (), None, None, is_prefix)
                for name, vendor, category, is_prefix in tables.second
            ],
            documented=[*_documented(groups, "names"), *_documented(groups, "prefixes")],
            documented_forms=[(entry.name, entry) for entry in _documented(groups, "patterns")],
            vendors=VendorIndex(tables.entities),
            sources=tables.sources,
        )

    def documented(self, name: str, host: str) -> Match | None:
        """What its maker documents: by name, else by prefix, else by the form of the whole name."""
        entries = [e for e in self._documented_names.get(name, ()) if not e.domains or e.agrees_with(host)]
        found = _if_unanimous(entries) or _longest(self._documented_prefixes, name, host, shortest=1)
        found = found or next((e for form, e in self._documented_forms if form.fullmatch(name)), None)
        return Match(found, LabelSource.DOCUMENTED) if found else None

    def by_name(self, name: str, host: str) -> Match | None:
        """The entry with exactly this name, one that knows the domain first."""
        entries = self._names.get(name, ())
        here = _if_unanimous([entry for entry in entries if entry.agrees_with(host)])
        if here:
            return Match(here, LabelSource.NAME_AND_DOMAIN)
        anywhere = [entry for entry in entries if not entry.domains and len(name) >= SHORTEST_NAME]
        elsewhere = [entry for entry in entries if entry.domains and len(name) >= SHORTEST_NAME_ELSEWHERE]
        found = _if_unanimous(anywhere or elsewhere)
        return Match(found, LabelSource.NAME) if found else None

    def by_prefix(self, name: str, host: str) -> Match | None:
        """The entry with the longest prefix of this name."""
        found = _longest(self._prefixes, name, host)
        return Match(found, LabelSource.PREFIX) if found else None

    def in_second(self, name: str, host: str) -> Match | None:
        """What the second database says: by name, else by prefix."""
        found = _if_unanimous(self._second_names.get(name, ())) or _longest(self._second_prefixes, name, host)
        return Match(found, LabelSource.SECOND_DATABASE) if found else None


_Index = dict[str, list[CookieEntry]]


def _index(entries: Iterable[CookieEntry]) -> tuple[_Index, _Index]:
    """Entries by name and by prefix; a prefix is a name as well."""
    names: defaultdict[str, list[CookieEntry]] = defaultdict(list)
    prefixes: defaultdict[str, list[CookieEntry]] = defaultdict(list)
    for entry in entries:
        names[entry.name].append(entry)
        if entry.is_prefix:
            prefixes[entry.name].append(entry)
    return dict(names), dict(prefixes)


def _if_unanimous(entries: Iterable[CookieEntry]) -> CookieEntry | None:
    """The first of the entries, or None where they contradict each other about the purpose."""
    candidates = list(entries)
    return candidates[0] if len({entry.category for entry in candidates}) == 1 else None


def _longest(prefixes: _Index, name: str, host: str, shortest: int = SHORTEST_PREFIX) -> CookieEntry | None:
    """The entry with the longest usable prefix of a name."""
    for length in range(len(name), 0, -1):
        entries = prefixes.get(name[:length], ())
        usable = [e for e in entries if e.agrees_with(host)] or (entries if length >= shortest else ())
        found = _if_unanimous(usable)
        if found:
            return found
    return None


def _documented(groups: Iterable[Mapping[str, Any]], kind: str) -> list[CookieEntry]:
    return [
        CookieEntry(
            name,
            group["vendor"],
            Category(group["category"]),
            tuple(group.get("domains", ())),
            None,
            None,
            kind == "prefixes",
        )
        for group in groups
        for name in group.get(kind, ())
    ]


def _bundled(name: str) -> bytes:
    return resources.files(__package__).joinpath("data", name).read_bytes()


@lru_cache(maxsize=1)
def default_database() -> CookieDatabase:
    """The bundled database."""
    return CookieDatabase.from_json(_bundled("cookies.json"))


def data_version() -> str:
    """Version of the bundled cookie data."""
    return default_database().version
