"""Makes lines of a declaration from the words of any format, and counts what could not become one."""

from __future__ import annotations

import html
import re
from collections import Counter

from scanjobs.domain.declared import DeclaredCookie, DeclaredType
from scanjobs.domain.name_patterns import has_placeholders
from scanjobs.domain.purposes import Category
from scanjobs.scanner.declarations.durations import Duration, read_duration
from scanjobs.scanner.declarations.words import category_of
from scanjobs.scanner.shown import printable
from scanjobs.scanner.urls import is_host
from scanjobs.sites import canonical_host

NO_NAME = "line without the name of a cookie"
ONLY_PLACEHOLDERS = "line whose name is nothing but placeholders"
REPEATED = "line that says the same once more"
TOO_MANY = "line beyond the first 10,000"
MOST_LINES = 10_000

_TAG = re.compile(r"</?(?:a|b|br|p|i|em|strong|span|div|ul|li|small|font|wbr)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_TIMES = re.compile(r"\s*\[x\d+\]\s*\Z")
_BETWEEN_NAMES = re.compile(r"\s*[,;\n]\s*|\s+/\s+")
_AROUND_NAMES = " \t\r\n\u00a0`\"'\u201c\u201d"
_SCHEME = re.compile(r"\A[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+", re.IGNORECASE)
_LONGEST_NAME, _LONGEST_SENTENCE = 1000, 2000


class Lines:
    """The lines of one declaration, as they are read."""

    def __init__(self) -> None:
        self.cookies: list[DeclaredCookie] = []
        self._seen: set[DeclaredCookie] = set()
        self._skipped: Counter[str] = Counter()

    @property
    def skipped(self) -> tuple[tuple[str, int], ...]:
        """What could not be read: the reason and how many."""
        return tuple(sorted(self._skipped.items()))

    def skip(self, reason: str, count: int = 1) -> None:
        """Note lines that are left out."""
        self._skipped[reason] += count

    def add(
        self,
        *,
        name: str,
        provider: str = "",
        domain: str = "",
        category_words: str = "",
        category: Category | None = None,
        purpose: str = "",
        duration_words: str = "",
        duration: Duration | None = None,
        type: DeclaredType = DeclaredType.UNKNOWN,
    ) -> None:
        """Note one line, or one for each name in it; words are read unless what they mean is given."""
        names = _names_in(name)
        if not names:
            self.skip(NO_NAME)
        lived = read_duration(duration_words) if duration is None else duration
        for one in names:
            is_pattern = has_placeholders(one)
            if not is_pattern and not any(sign.isalnum() for sign in one):
                self.skip(ONLY_PLACEHOLDERS)
                continue
            cookie = DeclaredCookie(
                name=one,
                is_pattern=is_pattern,
                provider=_sentence(provider) or None,
                domain=host_in(domain),
                category=category_of(category_words) if category is None else category,
                category_words=_sentence(category_words),
                purpose=_sentence(purpose) or None,
                duration_words=_sentence(duration_words) or None,
                is_session=lived.is_session,
                lifetime_seconds=lived.lifetime_seconds,
                type=type,
            )
            if cookie in self._seen:
                self.skip(REPEATED)
            elif len(self.cookies) >= MOST_LINES:
                self.skip(TOO_MANY)
            else:
                self._seen.add(cookie)
                self.cookies.append(cookie)


def host_in(words: str) -> str | None:
    """The host that words name, without a leading dot; None where they name none, or several."""
    plain = _SCHEME.sub("", _without_markup(words).strip()).split("/")[0].split(":")[0]
    plain = plain.removeprefix("*").strip(".")
    host = canonical_host(plain)
    return host if (_HOST.fullmatch(host) and is_host(host)) or host == "localhost" else None


def _names_in(words: str) -> list[str]:
    """The names in a cell: cookies have neither commas nor blanks in them, and stored items may."""
    plain = _TIMES.sub("", _without_markup(words)).strip(_AROUND_NAMES)
    names = [name for name in _BETWEEN_NAMES.split(plain) if name]
    if not names or any(re.search(r"\s", name) for name in names):
        names = [plain] if plain else []
    return [printable(name)[:_LONGEST_NAME] for name in names]


def _without_markup(words: str) -> str:
    """Placeholders such as `<id>` stay in names: only tags of HTML are taken out."""
    return html.unescape(_TAG.sub(" ", words)) if "<" in words or "&" in words else words


def _sentence(words: str) -> str:
    plain = " ".join(_without_markup(words).split())
    shown = printable(plain)
    return shown if len(shown) <= _LONGEST_SENTENCE else f"{shown[:_LONGEST_SENTENCE]}…"
