"""Turns what a user types or writes into a file into overrides, and refuses what has no meaning.

A file is TOML with a table for each cookie, or JSON with an object for each, as `cookies list --json` prints:

[[cookie]]
name = "shop_track"
domain = "shop.example"
site = "shop.example"
category = "analytics"
vendor = "Shop Ltd"
exempt = false
reason = "Counts visits, said the developers on 2026-11-02."
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from scanjobs.domain.overrides import Override
from scanjobs.domain.purposes import Category, Exemption
from scanjobs.errors import CookieDataError, UsageError
from scanjobs.sites import host_named, registrable_domain

CATEGORIES = tuple(category for category in Category if category is not Category.UNCLASSIFIED)
_TEXTS = ("name", "domain", "site", "category", "vendor", "reason")
_KEYS = {*_TEXTS, "exempt", "created_at"}
_HINT = 'Each cookie is a table: [[cookie]], name = "shop_track", category = "analytics".'
_MOST_BYTES = 50_000_000
_LIKE_JSON = re.compile(r"\s*(?:\{|\[\s*[\]{])")


def statement(
    *,
    name: str,
    domain: str | None = None,
    site: str | None = None,
    category: str | None = None,
    vendor: str | None = None,
    exempt: bool | None = None,
    reason: str | None = None,
    created_at: datetime,
) -> Override:
    """What a user says about a cookie.

    Raises:
        UsageError: it says nothing, or something of it has no meaning.
    """
    name, vendor, reason = name.strip(), _text(vendor), _text(reason)
    for words in filter(None, (name, vendor, reason)):
        if not all(character.isprintable() for character in words):
            raise UsageError(
                f"{words!r} holds characters that cannot be printed.", hint="Write it as it is to be read."
            )
    if not name.rstrip("*") or "*" in name[:-1]:
        raise UsageError(
            f"{name!r} names no cookie.", hint="Give the whole name, or its beginning and a * at the end."
        )
    if category is not None and category not in CATEGORIES:
        raise UsageError(
            f"{category!r} is no category a user can give.", hint=f"Categories: {', '.join(CATEGORIES)}."
        )
    if category is None and vendor is None and exempt is None:
        raise UsageError(
            f"Nothing is said about {name}.", hint="Say its category, its vendor, or whether it is exempt."
        )
    if exempt is not None and reason is None:
        raise UsageError(
            f"Why {name} is {'' if exempt else 'not '}exempt is not said.",
            hint="Give the reason; reports print it.",
        )
    return Override(
        name=name,
        domain=None if domain is None else _host(domain, "domain"),
        site=None if site is None else site_named(site),
        category=Category(category) if category else None,
        vendor=vendor,
        exemption=None if exempt is None else (Exemption.EXEMPT if exempt else Exemption.NOT_EXEMPT),
        reason=reason,
        created_at=created_at,
    )


def as_mapping(override: Override) -> dict[str, Any]:
    """A statement as a file holds it."""
    return {
        "name": override.name,
        "domain": override.domain,
        "site": override.site,
        "category": override.category,
        "vendor": override.vendor,
        "exempt": None if override.exemption is None else override.exemption is Exemption.EXEMPT,
        "reason": override.reason,
        "created_at": override.created_at.isoformat(),
    }


def site_named(words: str) -> str:
    """The registrable domain of a site that somebody named.

    Raises:
        UsageError: it names none.
    """
    return registrable_domain(_host(words, "site"))


def domain_named(words: str) -> str:
    """The domain of a cookie that somebody named, without a leading dot.

    Raises:
        UsageError: it names none.
    """
    return _host(words, "domain")


def read_statements(path: Path, now: datetime) -> list[Override]:
    """The statements in a file.

    Raises:
        CookieDataError: it cannot be read, or something in it has no meaning; nothing of it counts then.
    """
    listed = _listed(path)
    if not listed:
        raise CookieDataError(f"{path} says nothing about any cookie.", hint=_HINT)
    found: dict[tuple[str, str | None, str | None], Override] = {}
    for number, table in enumerate(listed, start=1):
        where = f"Cookie {number} in {path}"
        override = _override(where, table, now)
        about = (override.name, override.domain, override.site)
        if about in found:
            raise CookieDataError(
                f"{where} speaks of {override.name} again.", hint="Say everything about a cookie at once."
            )
        found[about] = override
    return list(found.values())


def _override(where: str, table: Any, now: datetime) -> Override:
    if not isinstance(table, Mapping):
        raise CookieDataError(f"{where} is not a table.", hint=_HINT)
    if unknown := sorted(set(table) - _KEYS):
        # A mistyped key would otherwise be a statement that nobody hears.
        raise CookieDataError(f"{where} holds {unknown[0]!r}, which means nothing here.", hint=_HINT)
    for key in _TEXTS:
        if not isinstance(table.get(key), str | None):
            raise CookieDataError(f"{where} has a {key} that is no text.", hint=_HINT)
    if not isinstance(table.get("exempt"), bool | None):
        raise CookieDataError(f"{where} has an 'exempt' that is neither true nor false.", hint=_HINT)
    given: dict[str, Any] = {key: table.get(key) for key in (*_TEXTS, "exempt")}
    try:
        return statement(**given | {"name": given["name"] or ""}, created_at=now)
    except UsageError as error:
        raise CookieDataError(f"{where}: {error.message}", hint=error.hint) from error


def _listed(path: Path) -> list[Any]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise CookieDataError(f"{path} is too large to be written by people.", hint=_HINT)
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CookieDataError(f"{path} cannot be read: {error.strerror}.", hint="Check the name.") from error
    except UnicodeDecodeError as error:
        raise CookieDataError(f"{path} is not text in UTF-8.", hint=_HINT) from error
    try:
        read = json.loads(text) if _LIKE_JSON.match(text) else None
    except (ValueError, RecursionError) as error:
        raise CookieDataError(f"{path} is not valid JSON: {error}.", hint=_HINT) from error
    if read is None:
        try:
            read = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise CookieDataError(f"{path} is not valid TOML: {error}.", hint=_HINT) from error
    listed = read if isinstance(read, list) else read.get("cookie")
    if isinstance(read, dict) and (unknown := sorted(set(read) - {"cookie"})):
        raise CookieDataError(f"{path} holds {unknown[0]!r}, which means nothing here.", hint=_HINT)
    if not isinstance(listed, list):
        raise CookieDataError(f"{path} has no list of cookies.", hint=_HINT)
    return listed


def _host(words: str, what: str) -> str:
    host = host_named(words)
    if host is None:
        raise UsageError(f"{words!r} names no {what}.", hint="Name it like shop.example.")
    return host


def _text(words: str | None) -> str | None:
    return (words or "").strip() or None
