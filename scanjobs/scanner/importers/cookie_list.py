"""Gathers what lists of cookies show: one observation per cookie, what was left out, what nobody could see.

Such a list is what lay in a browser's store at a moment that few of these formats tell. The moment the file
was written last is not it: copying, unpacking and downloading change it, and it would go into the evidence as
if somebody had seen it. So where the file itself does not tell, nothing is said of when, nor of how long a
cookie still had to live.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from scanjobs.domain.cookies import ConsentPhase, CookieKey, ObservedCookie
from scanjobs.domain.evidence import Capture, Evidence, Gap, GapKind, RuleInput, Skipped
from scanjobs.domain.storage import StorageKey, StoredItem
from scanjobs.errors import CaptureError
from scanjobs.scanner.jar import JarCookie, observed, refusal_of
from scanjobs.scanner.shown import printable
from scanjobs.scanner.source import CaptureTarget
from scanjobs.scanner.urls import WebUrl
from scanjobs.sites import registrable_domain

UNREADABLE = "entry that could not be read"
LISTED_AGAIN = "cookie listed again under the same name, domain and path"
COOKIE_INPUTS = frozenset({RuleInput.COOKIES, RuleInput.COOKIE_ATTRIBUTES})
COOKIES_ONLY = (
    GapKind.STORE_ONLY,
    "The list shows which cookies lay in the browser's store, not how they came there: no request, no "
    "answer, and nothing that is stored beside cookies.",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ListFile:
    """The file that a list was read from, and what it tells of itself."""

    format: str
    sha256: str
    size: int
    """Bytes."""
    is_damaged: bool
    tool: str | None = None
    tool_version: str | None = None
    page: WebUrl | None = None
    """The page that was open, where the file tells."""
    captured_at: datetime | None = None
    """When the visit began, UTC, where the file tells."""
    inputs: frozenset[RuleInput] = COOKIE_INPUTS


class CookieList:
    """The cookies and stored items of one list, and how many of its entries were none."""

    def __init__(self, target: CaptureTarget) -> None:
        self.entries = 0
        """Cookies and stored items that were listed, whether or not they could be read."""
        self._target = target
        self._cookies: dict[CookieKey, ObservedCookie] = {}
        self._storage: dict[StorageKey, StoredItem] = {}
        self._skipped: Counter[str] = Counter()

    def add(self, cookie: JarCookie | None) -> None:
        """Note a cookie that was listed; None is an entry that could not be read as one."""
        self.entries += 1
        if cookie is None:
            self._skipped[UNREADABLE] += 1
        elif refusal := refusal_of(cookie):
            self._skipped[refusal] += 1
        else:
            seen = observed(cookie, self._target, read_at=None)
            self._skipped[LISTED_AGAIN] += seen.key in self._cookies
            self._cookies[seen.key] = seen

    def add_item(self, item: StoredItem) -> None:
        """Note an item of web storage."""
        self.entries += 1
        self._storage[item.key] = item

    def skip(self, reason: str, count: int = 1) -> None:
        """Note entries that are left out."""
        self.entries += count
        self._skipped[reason] += count

    def revise(self, change: Callable[[ObservedCookie], ObservedCookie]) -> None:
        """Change every cookie by what only the end of the list told; the keys stay."""
        self._cookies = {key: change(cookie) for key, cookie in self._cookies.items()}

    @property
    def spots(self) -> frozenset[tuple[str, str, str]]:
        """The name, the domain and the path of every cookie, whatever its partition."""
        return frozenset((key.name, key.domain, key.path) for key in self._cookies)

    @property
    def only_site(self) -> str | None:
        """The site that all cookies belong to; None where they belong to several or there are none."""
        found = {registrable_domain(key.domain) for key in self._cookies}
        return found.pop() if len(found) == 1 else None

    def evidence(self, file: ListFile, gaps: Iterable[tuple[GapKind, str]]) -> Evidence:
        """Everything that was noted; CaptureError where there were entries and none could be read."""
        target, unreadable = self._target, self._skipped[UNREADABLE]
        file_name = printable(target.path.name)
        if self.entries and unreadable == self.entries:
            raise CaptureError(
                f"None of the {self.entries} entries of {file_name} is a cookie that can be read.",
                hint="Export it again from the tool that wrote it, and do not edit it by hand.",
            )
        capture = Capture(
            file_name=file_name,
            sha256=file.sha256,
            size=file.size,
            format=file.format,
            phase=target.phase,
            tool=file.tool,
            tool_version=file.tool_version,
            captured_at=file.captured_at,
            page_url=file.page.shown if file.page else None,
            entries=self.entries,
            complete=not file.is_damaged,
            skipped=tuple(Skipped(reason=r, count=n) for r, n in sorted(self._skipped.items()) if n),
            inputs=file.inputs,
        )
        return Evidence(
            captures=(capture,),
            cookies=tuple(self._cookies[key] for key in sorted(self._cookies)),
            hosts=(),
            gaps=tuple(
                Gap(kind=kind, detail=detail, phase=target.phase, file_name=file_name)
                for kind, detail in (*self._damage(file), *gaps, *self._unknown())
            ),
            storage=tuple(self._storage[key] for key in sorted(self._storage)),
        )

    def _damage(self, file: ListFile) -> Iterator[tuple[GapKind, str]]:
        if file.is_damaged:
            yield (
                GapKind.TRUNCATED,
                f"The file is damaged after its entry {self.entries}; the rest is missing.",
            )

    def _unknown(self) -> Iterator[tuple[GapKind, str]]:
        if self._target.phase is ConsentPhase.UNKNOWN:
            yield GapKind.UNKNOWN_PHASE, "Nobody said what the visitor had chosen when this was written."
        if unreadable := self._skipped[UNREADABLE]:
            yield GapKind.UNREADABLE_ENTRIES, f"{unreadable} of {self.entries} entries could not be read."
