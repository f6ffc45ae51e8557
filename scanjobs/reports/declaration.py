"""A cookie declaration ready to publish, made from what a scan observed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scanjobs.domain.cookies import Party
from scanjobs.domain.declared import DeclaredType, SiteDeclaration
from scanjobs.domain.declared_lines import DeclaredLines
from scanjobs.domain.purposes import Category
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports.listed import (
    DeclarationGroup,
    DeclarationPart,
    DeclarationRow,
    InventoryRow,
    StorageRow,
)
from scanjobs.reports.words import Words
from scanjobs.rules.declared import TYPES
from scanjobs.sites import host_of

EXPLANATIONS = {
    Category.NECESSARY: "They are needed for the service that you ask for, and cannot be switched off.",
    Category.FUNCTIONAL: "They remember settings and make functions possible that go beyond what is needed.",
    Category.ANALYTICS: "They measure how the website is used.",
    Category.MARKETING: "They follow visitors, often over several websites, to show and measure advertising.",
    Category.UNCLASSIFIED: "What they are for is still being found out.",
}
HEADINGS = ("Name", "Provider", "Purpose", "Lifetime", "Type")


def declaration_of(
    scan: ScanRecord, cookies: Sequence[InventoryRow], storage: Sequence[StorageRow], words: Words
) -> DeclarationPart:
    """What the site would have to declare if it did what was observed, by purpose.

    Where the site's own declaration tells the purpose of a cookie, it stands in the new one.
    """
    purposes = _Purposes(scan.declaration)
    groups = []
    for category in Category:
        rows = [*_cookie_lines(cookies, category, purposes, words)]
        rows += _storage_lines(storage, category, purposes, words)
        if rows:
            groups.append(
                DeclarationGroup(
                    category=category,
                    title=words.name(category),
                    explanation=words(EXPLANATIONS[category]),
                    rows=tuple(dict.fromkeys(rows)),
                )
            )
    return DeclarationPart(
        title=words("Cookies on {site}", site=scan.site),
        introduction=words(
            "This website stores the following cookies and similar data on your device. Those that are not "
            "necessary are only used with your consent, which you can withdraw at any time."
        ),
        headings=tuple(words(heading) for heading in HEADINGS),
        groups=tuple(groups),
        updated=words("Last updated on {date}.", date=words.date(scan.captured_at or scan.created_at)),
        remarks=tuple(_remarks(groups, words)),
    )


class _Purposes:
    """The sentences that the site declares already."""

    def __init__(self, declaration: SiteDeclaration | None) -> None:
        self._lines = DeclaredLines(declaration) if declaration else None

    def of(self, name: str, host: str, type: DeclaredType) -> str:
        if self._lines is None:
            return ""
        about = self._lines.about(name, host, (type, DeclaredType.UNKNOWN))
        return next((line.purpose for line in about if line.purpose), "")


def _cookie_lines(
    cookies: Iterable[InventoryRow], category: Category, purposes: _Purposes, words: Words
) -> Iterator[DeclarationRow]:
    for row in cookies:
        if row.category is category:
            host = row.domain.lstrip(".")
            yield DeclarationRow(
                name=row.name,
                provider=_provider(row.vendor, host),
                purpose=purposes.of(row.name, host, DeclaredType.COOKIE),
                lifetime=row.lifetime,
                type=_type(DeclaredType.COOKIE, row.party, words),
            )


def _storage_lines(
    storage: Iterable[StorageRow], category: Category, purposes: _Purposes, words: Words
) -> Iterator[DeclarationRow]:
    for row in storage:
        if row.category is category:
            host = host_of(row.origin) or row.origin
            type = TYPES[row.kind]
            is_session = type is DeclaredType.SESSION_STORAGE
            yield DeclarationRow(
                name=row.name,
                provider=_provider(row.vendor, host),
                purpose=purposes.of(row.name, host, type),
                lifetime=words("session") if is_session else words("until it is deleted"),
                type=_type(type, row.party, words),
            )


def _provider(vendor: str | None, host: str) -> str:
    return f"{vendor} ({host})" if vendor else host


def _type(type: DeclaredType, party: Party, words: Words) -> str:
    return f"{words.name(type)}, {words.within(party)}"


def _remarks(groups: Iterable[DeclarationGroup], words: Words) -> Iterator[str]:
    rows = [row for group in groups for row in group.rows]
    if missing := sum(not row.purpose for row in rows):
        yield words.plural(
            missing,
            "{number} line says nothing of what its cookie is for beyond its group. Complete it.",
            "{number} lines say nothing of what their cookies are for beyond their group. Complete them.",
        )
    unclassified = [row for group in groups if group.category is Category.UNCLASSIFIED for row in group.rows]
    if unclassified:
        yield words.plural(
            len(unclassified),
            "{number} cookie has no known purpose; find it out, or stop setting it.",
            "{number} cookies have no known purpose; find it out, or stop setting them.",
        )
    if any(row.lifetime == words("unknown") for row in rows):
        yield words("Some lifetimes could not be observed; state them.")
