"""What a workbook lists of a scan: cookies, stored items, third parties."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from scanjobs.domain.cookies import ConsentPhase, SameSite, ValueFingerprint
from scanjobs.domain.purposes import Category
from scanjobs.reports import wording
from scanjobs.reports.document import Document
from scanjobs.reports.listed import HostRow, InventoryRow, StorageRow
from scanjobs.reports.parts import Presence
from scanjobs.reports.renderers import palette
from scanjobs.reports.renderers.workbook_parts import Head, Toned, Value
from scanjobs.reports.words import Words

Row = Sequence[Value]


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """One worksheet of a report."""

    title: str
    heads: tuple[Head, ...]
    rows: Iterable[Row]
    total: int
    """How many rows there are."""
    otherwise: str = ""
    """What is said where there is none."""


def cookies(document: Document) -> Listed:
    """Every cookie, with the columns of the CSV report."""
    words, phases = document.words, document.scope.phases
    return Listed(
        title=words("Cookies"),
        heads=(
            Head(words("Name"), 34),
            Head(words("Domain"), 28),
            Head(words("Path"), 8),
            Head(words("Partition"), 18),
            *_label_heads(words, vendor=22, because=44),
            Head(words("Type"), 12),
            Head(words("Lifetime in seconds"), 15),
            Head(words("Lifetime"), 15),
            Head(words("Expires (UTC)"), 19),
            Head(words("Secure"), 10),
            Head(words("HttpOnly"), 10),
            Head(words("SameSite"), 11),
            Head(words("Partitioned"), 12),
            Head(words("Host only"), 10),
            *(Head(words.name(phase), 13) for phase in ConsentPhase),
            Head(words("Times seen"), 10),
            Head(words("Length of value"), 10),
            Head(words("Form of value"), 20),
            Head(words("First address"), 48),
            Head(words("First seen (UTC)"), 19),
            Head(words("Privacy policy"), 40),
            Head(words("Documented lifetime"), 18),
        ),
        rows=(_cookie(row, phases, words) for row in document.cookies),
        total=len(document.cookies),
        otherwise=words("No cookie was seen."),
    )


def _cookie(row: InventoryRow, phases: Sequence[ConsentPhase], words: Words) -> Row:
    presence = dict(zip(phases, row.presence, strict=True))
    return (
        row.name,
        row.domain,
        row.path,
        row.partition,
        *_label(row, words),
        words.name(row.lifespan),
        row.lifetime_seconds,
        row.lifetime,
        row.expires_at,
        _yes_no(row.secure, words),
        _yes_no(row.http_only, words),
        _same_site(row.same_site, words),
        _yes_no(row.partitioned, words),
        _yes_no(row.host_only, words),
        *(_seen(presence.get(phase), words) for phase in ConsentPhase),
        sum(observation.times_seen for observation in row.observations),
        row.value.length,
        _shape(row.value, words),
        row.first_url,
        row.first_seen_at,
        row.privacy_url,
        row.declared_retention,
    )


def _label_heads(words: Words, *, vendor: int, because: int) -> Iterator[Head]:
    """What a label says, of a cookie and of what is stored beside them; the widths of two columns differ."""
    yield Head(words("Party"), 13)
    yield Head(words("Purpose"), 16)
    yield Head(words("Purpose from"), 26)
    yield Head(words("Confidence"), 11)
    yield Head(words("Vendor"), vendor)
    yield Head(words("Exempt"), 13)
    yield Head(words("Because"), because)


def _label(row: InventoryRow | StorageRow, words: Words) -> Iterator[Value]:
    """One value for each of these heads."""
    yield words.name(row.party)
    yield purpose(row.category, words)
    yield words.name(row.source)
    yield row.confidence
    yield row.vendor
    yield Toned(words.name(row.exemption), palette.EXEMPTION[row.exemption])
    yield row.exemption_reason


def purpose(category: Category | None, words: Words) -> Value:
    """A purpose with its colour."""
    return None if category is None else Toned(words.name(category), palette.CATEGORY[category])


def _yes_no(value: bool | None, words: Words) -> Value:
    return None if value is None else words("yes") if value else words("no")


def _same_site(value: SameSite | None, words: Words) -> Value:
    if value is None:
        return None
    return words("not set") if value is SameSite.UNSPECIFIED else value.capitalize()


def _seen(presence: Presence | None, words: Words) -> Value:
    """Nothing where the phase was not captured."""
    return None if presence is None else words.name(presence)


def _shape(value: ValueFingerprint | None, words: Words) -> Value:
    return None if value is None else words(wording.SHAPE.get(value.shape, wording.UNKNOWN))


def storage(document: Document) -> Listed | None:
    """What is stored beside cookies."""
    if not document.storage:
        return None
    words, phases = document.words, document.scope.phases
    return Listed(
        title=words("Storage"),
        heads=(
            Head(words("Name"), 34),
            Head(words("Origin"), 32),
            Head(words("Type"), 16),
            *_label_heads(words, vendor=20, because=40),
            *(Head(words.name(phase), 13) for phase in phases),
            Head(words("Length of value"), 10),
            Head(words("Form of value"), 20),
            Head(words("First address"), 40),
            Head(words("Set by"), 30),
        ),
        rows=(_item(row, words) for row in document.storage),
        total=len(document.storage),
    )


def _item(row: StorageRow, words: Words) -> Row:
    return (
        row.name,
        row.origin,
        words.name(row.kind),
        *_label(row, words),
        *map(words.name, row.presence),
        row.value.length if row.value else None,
        _shape(row.value, words),
        row.first_url,
        row.initiator,
    )


def hosts(document: Document) -> Listed:
    """Whom the pages talked to."""
    words, phases = document.words, document.scope.phases
    return Listed(
        title=words("Third parties"),
        heads=(
            Head(words("Host"), 30),
            Head(words("Domain"), 22),
            Head(words("Vendor"), 22),
            Head(words("Business"), 16),
            Head(words("Tracker"), 10),
            *(Head(words.name(phase), 12) for phase in phases),
            Head(words("Requests"), 10),
            Head(words("Cookies"), 10),
            Head(words("Asked for by"), 28),
            Head(words("Phase"), 18),
            Head(words("First address"), 40),
            Head(words("First seen (UTC)"), 19),
        ),
        rows=(_host(row, words) for row in document.hosts),
        total=len(document.hosts),
        otherwise=words("No third-party host was contacted."),
    )


def _host(row: HostRow, words: Words) -> Row:
    return (
        row.host,
        row.registrable_domain,
        row.vendor,
        purpose(row.category, words),
        _yes_no(row.is_tracker, words),
        *row.requests,
        row.total,
        row.cookies,
        row.initiator,
        words.name(row.first_phase),
        row.first_url,
        row.first_at,
    )
