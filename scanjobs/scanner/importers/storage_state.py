"""Reads the storage state of a Playwright context: cookies, localStorage, IndexedDB where asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from scanjobs.domain.cookies import SameSite
from scanjobs.domain.evidence import Evidence, GapKind, RuleInput
from scanjobs.domain.storage import StorageKey, StorageKind, StoredItem
from scanjobs.errors import CaptureError
from scanjobs.scanner.importers.cookie_json import (
    end_of,
    flag,
    is_wide,
    partition_of,
    same_site_of,
    value_of,
)
from scanjobs.scanner.importers.cookie_list import COOKIE_INPUTS, CookieList, ListFile
from scanjobs.scanner.importers.damage import refuse_damaged
from scanjobs.scanner.importers.har_values import items, mapping, text
from scanjobs.scanner.importers.json_stream import (
    ALL,
    HEAD_BYTES,
    Each,
    JsonFile,
    outline,
    peek,
    read_json,
)
from scanjobs.scanner.jar import JarCookie
from scanjobs.scanner.shown import printable, stored_name
from scanjobs.scanner.source import CaptureTarget
from scanjobs.scanner.urls import read_url
from scanjobs.scanner.values import fingerprint

NO_WEBSITE = "storage of an origin that is no website"
PRIVATE_FILE = "file in the origin private file system"
PASSKEY = "passkey of the browser's own authenticator"

# What is wanted of a file, as json_stream reads it; records of databases and contents of files are not.
_NAMES = ("name", "value", "domain", "path", "expires", "httpOnly", "secure", "sameSite", "partitionKey")
_COOKIES = Each("cookie", dict.fromkeys(_NAMES, ALL))
_ORIGIN = {
    "origin": ALL,
    "localStorage": [{"name": ALL, "value": ALL}],
    "indexedDB": [{"name": ALL, "stores": [{"name": ALL}]}],
    "opfs": [{"type": ALL}],
}
_FILE = {"cookies": _COOKIES, "origins": Each("origin", _ORIGIN), "credentials": Each("passkey", {})}


class StorageStateImporter:
    """What `context.storage_state()` of Playwright writes, in every language it is spoken in."""

    format: ClassVar[str] = "storage-state"

    def matches(self, head: bytes) -> bool:
        """True for an object with cookies and origins; the origins may lie behind what was read of it."""
        seen = outline(head)
        keys = set(seen.keys)
        if seen.opening != "{" or not keys & {"cookies", "origins"}:
            return False
        if "origins" in keys:
            return "cookies" in keys or keys <= set(_FILE)
        return keys == {"cookies"} and len(head) >= HEAD_BYTES and _is_of_playwright(head)

    def collect(self, target: CaptureTarget) -> Evidence:
        """What the state holds; read once, one cookie or origin in memory at a time."""
        reader = _Reader(target)
        file = read_json(target.path, _FILE, reader.take, target.on_progress)
        refuse_damaged(target, file, reader.listed.entries)
        if not file.lists & {"cookie", "origin"}:
            raise CaptureError(
                f"{printable(target.path.name)} is no storage state: it lists neither cookies nor origins.",
                hint="Write it with context.storage_state(path=…) of Playwright.",
            )
        return reader.evidence(file)


def _is_of_playwright(head: bytes) -> bool:
    """Whether the first cookie has the members that Playwright writes, and none of the DevTools protocol."""
    first = next(iter(peek(head, {"cookies": Each("cookie", ALL)})), None)
    return isinstance(first, dict) and {"expires", "sameSite"} <= set(first) and "size" not in first


class _Reader:
    """Takes cookies and origins one by one."""

    def __init__(self, target: CaptureTarget) -> None:
        self.listed = CookieList(target)
        self._target = target
        self._asked_for_databases = False

    def take(self, name: str, item: Any) -> None:
        """Note a cookie, the storage of an origin, or what is not taken in."""
        if name == "cookie":
            self.listed.add(_cookie(item))
        elif name == "origin":
            self._take_origin(mapping(item))
        else:
            self.listed.skip(PASSKEY)

    def evidence(self, file: JsonFile) -> Evidence:
        """Everything that was noted, now that the last origin was read."""
        inputs = COOKIE_INPUTS if "cookie" in file.lists else frozenset()
        if "origin" in file.lists:
            inputs |= {RuleInput.LOCAL_STORAGE}
        if self._asked_for_databases:
            inputs |= {RuleInput.INDEXED_DB}
        return self.listed.evidence(
            ListFile(
                format=StorageStateImporter.format,
                sha256=file.sha256,
                size=file.size,
                is_damaged=file.is_damaged,
                tool="Playwright",
                inputs=inputs,
            ),
            self._gaps(inputs),
        )

    def _gaps(self, inputs: frozenset[RuleInput]) -> Iterator[tuple[GapKind, str]]:
        unseen = ["no request", "no answer", "no sessionStorage"]
        unseen += [] if RuleInput.LOCAL_STORAGE in inputs else ["no localStorage"]
        unseen += [] if RuleInput.INDEXED_DB in inputs else ["no IndexedDB"]
        yield (
            GapKind.STORE_ONLY,
            "The state shows what lay in the browser's store, not how it came there: "
            f"{', '.join(unseen[:-1])} and {unseen[-1]}.",
        )

    def _take_origin(self, origin: dict[str, Any]) -> None:
        url = read_url(text(origin.get("origin")).strip())
        local, databases = items(origin, "localStorage"), items(origin, "indexedDB")
        self._asked_for_databases = self._asked_for_databases or isinstance(origin.get("indexedDB"), list)
        if url is None:
            self.listed.skip(NO_WEBSITE, max(1, len(local) + len(databases)))
            return
        address = url.origin
        for name, readable in (("localStorage", local), ("indexedDB", databases)):
            listed = origin.get(name)
            for _ in range(len(listed) - len(readable) if isinstance(listed, list) else 0):
                self.listed.add(None)
        for item in local:
            self._add(address, StorageKind.LOCAL, text(item.get("name")), value_of(item))
        for database in databases:
            name = text(database.get("name"))
            stores = [f"{name}/{text(store.get('name'))}" for store in items(database, "stores")]
            for one in stores or [name]:
                self._add(address, StorageKind.INDEXED_DB, one, None)
        files = [entry for entry in items(origin, "opfs") if entry.get("type") != "directory"]
        self.listed.skip(PRIVATE_FILE, len(files))

    def _add(self, origin: str, kind: StorageKind, name: str, value: str | None) -> None:
        kept = value.replace("\0", "\ufffd") if value is not None and self._target.keep_values else None
        self.listed.add_item(
            StoredItem(
                key=StorageKey(name=stored_name(name), origin=origin, kind=kind),
                phase=self._target.phase,
                value=None if value is None else fingerprint(value, self._target.salt),
                kept_value=kept,
                first_url=None,
                initiator=None,
                observed_at=None,
            )
        )


def _cookie(item: Any) -> JarCookie | None:
    """A cookie of the state; Playwright writes every member, and `Lax` where the cookie had no SameSite."""
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        return None
    domain, secure, end = text(item.get("domain")), flag(item.get("secure")), end_of(item.get("expires"))
    same_site = same_site_of(item.get("sameSite"), secure)
    is_partitioned = item.get("partitionKey") is not None
    return JarCookie(
        name=text(item["name"]),
        value=value_of(item),
        domain=domain,
        path=text(item.get("path")),
        host_only=None if (wide := is_wide(domain)) is None else not wide,
        expires_at=end if end is not None and end > 0 else None,
        is_session=None if end is None else end <= 0,
        secure=secure,
        http_only=flag(item.get("httpOnly")),
        same_site=None if same_site is SameSite.LAX else same_site,
        partition=partition_of(item.get("partitionKey")),
        # Older versions left the partition out, so that its absence says nothing.
        partitioned=True if is_partitioned else None,
    )
