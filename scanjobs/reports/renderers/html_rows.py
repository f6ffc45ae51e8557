"""Which long tables the HTML report has, and what stands in each of their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from scanjobs.domain.cookies import ConsentPhase, CookieOrigin, ObservedCookie
from scanjobs.domain.purposes import Exemption
from scanjobs.reports import wording
from scanjobs.reports.document import Document
from scanjobs.reports.parts import HostRow, InventoryRow, Lifespan, Presence, Share
from scanjobs.reports.renderers import palette
from scanjobs.reports.renderers.html_table import LAST, Column, Detail, Filter, LongTable, Rows

WITHOUT_CONSENT = (ConsentPhase.BEFORE, ConsentPhase.REJECTED)
"""Where only what needs no consent may be."""
HOW: Mapping[CookieOrigin, str] = {
    CookieOrigin.SET_COOKIE: "set by a response",
    CookieOrigin.REQUEST: "seen in requests only",
    CookieOrigin.JAR: "found in the browser's store",
    CookieOrigin.SCRIPT: "set by a script",
}
SHARE_WORDS: Mapping[Exemption, str] = {
    Exemption.EXEMPT: "Exempt from consent",
    Exemption.UNDETERMINED: "Undetermined",
    Exemption.NOT_EXEMPT: "Needs consent",
}

Row = TypeVar("Row")
visible = wording.visible


def cookie_tables(document: Document) -> tuple[LongTable, LongTable]:
    """The consent matrix and the inventory: two looks at the same cookies."""
    rows = _cookie_rows(document)
    phases = document.scope.phases
    purpose, party, exempt = (
        _filter("category", "Purpose", document.summary.by_category, "All"),
        _filter("party", "Party", document.summary.by_party, "All"),
        Filter(
            key="exempt",
            title="Exempt",
            options=tuple((e.value, text.capitalize()) for e, text in wording.EXEMPTION.items()),
            everything="All",
        ),
    )
    seen = Filter(
        key="seen",
        title="Seen",
        options=tuple((phase.value, wording.PHASE[phase]) for phase in phases),
        everything="In any phase",
    )
    name = Column(key="name", title="Name", note="place")
    matrix = LongTable(
        id="matrix",
        title="Consent matrix",
        noun="Cookies",
        rows=rows,
        columns=(
            name,
            Column(key="category", title="Purpose", swatch="category"),
            Column(key="exempt", title="Exempt"),
            *(
                Column(key=f"presence-{phase}", title=wording.PHASE[phase], tone=f"tone-{phase}")
                for phase in phases
            ),
        ),
        filters=(purpose, party, seen, exempt),
    )
    inventory = LongTable(
        id="inventory",
        title="Cookies",
        noun="Cookies",
        rows=rows,
        columns=(
            name,
            Column(key="party", title="Party"),
            Column(key="category", title="Purpose", note="source", swatch="category"),
            Column(key="vendor", title="Vendor"),
            Column(key="lifetime", title="Lifetime"),
            Column(key="flags", title="Attributes"),
            Column(key="phases", title="Phases"),
            Column(key="first_url", title="First seen at"),
        ),
        filters=(purpose, party, seen, exempt),
    )
    return matrix, inventory


def host_table(document: Document) -> LongTable:
    """The hosts of third parties."""
    phases = document.scope.phases
    rows = document.hosts
    asked = [Column(key=f"requests-{phase}", title=wording.PHASE[phase], is_number=True) for phase in phases]
    counts = {f"requests-{phase}": [row.requests[at] for row in rows] for at, phase in enumerate(phases)}
    counts["total"] = [row.total for row in rows]
    fields: dict[str, list[str]] = {
        "host": _each(rows, lambda row: visible(row.host)),
        "registered": _each(rows, lambda row: visible(row.registrable_domain)),
        **{key: [wording.number(count) for count in column] for key, column in counts.items()},
        "first_url": _each(rows, lambda row: visible(row.first_url)),
        "first_at": _each(rows, _first_contact),
    }
    return LongTable(
        id="hosts",
        title="Third-party hosts",
        noun="Hosts",
        rows=Rows(
            name="hosts",
            count=len(rows),
            fields=fields,
            codes={
                "seen": _each(
                    rows,
                    lambda row: " ".join(
                        phase for phase, count in zip(phases, row.requests, strict=True) if count
                    ),
                )
            },
            order=counts,
            details=(
                Detail(title="Host", keys=("host",)),
                Detail(title="First contacted", keys=("first_at", "first_url")),
            ),
        ),
        columns=(
            Column(key="host", title="Host"),
            Column(key="registered", title="Registered as"),
            *asked,
            Column(key="total", title="Requests", is_number=True),
            Column(key="first_url", title="First address"),
        ),
        filters=(
            Filter(
                key="seen",
                title="Contacted",
                options=tuple((phase.value, wording.PHASE[phase]) for phase in phases),
                everything="In any phase",
            ),
        ),
    )


def _cookie_rows(document: Document) -> Rows:
    cookies, phases = document.cookies, document.scope.phases
    fields: dict[str, list[str]] = {
        "name": _each(cookies, lambda row: visible(row.name)),
        "place": _each(cookies, lambda row: " ".join(visible(part) for part in _place(row))),
        "party": _each(cookies, lambda row: wording.PARTY[row.party].split()[0]),
        "category": _each(cookies, lambda row: wording.CATEGORY[row.category]),
        "source": _each(cookies, lambda row: f"{wording.SOURCE[row.source]}, {row.confidence:.0%}"),
        "vendor": _each(cookies, lambda row: visible(row.vendor or wording.NONE)),
        "lifetime": _each(cookies, lambda row: row.lifetime),
        "flags": _each(cookies, lambda row: row.flags),
        "exempt": _each(cookies, lambda row: wording.EXEMPTION[row.exemption]),
        "phases": _each(
            cookies,
            lambda row: ", ".join(
                wording.SHORT_PHASE[phase].lower()
                for phase, presence in zip(phases, row.presence, strict=True)
                if presence is not Presence.ABSENT
            ),
        ),
        "first_url": _each(cookies, lambda row: visible(row.first_url or wording.UNKNOWN)),
        "reason": _each(cookies, lambda row: visible(row.exemption_reason)),
        "retention": _each(cookies, lambda row: visible(row.declared_retention or "")),
        "expires": _each(cookies, lambda row: wording.moment(row.expires_at) if row.expires_at else ""),
        "value": _each(cookies, _value),
        "privacy": _each(cookies, lambda row: visible(row.privacy_url or "")),
    }
    codes: dict[str, list[str]] = {
        "category": _each(cookies, lambda row: row.category),
        "party": _each(cookies, lambda row: row.party),
        "exempt": _each(cookies, lambda row: row.exemption),
        "seen": _each(cookies, lambda row: " ".join(row.phases)),
    }
    details = [
        Detail(title="Name", keys=("name",)),
        Detail(title="Domain, path", keys=("place",)),
        Detail(title="Purpose from", keys=("source",)),
        Detail(title="Exempt", keys=("exempt", "reason")),
        Detail(title="Attributes", keys=("flags",)),
        Detail(title="Value", keys=("value",)),
        Detail(title="Expires", keys=("expires",)),
        Detail(title="Documented lifetime", keys=("retention",)),
        Detail(title="Privacy policy", keys=("privacy",)),
    ]
    for at, phase in enumerate(phases):
        fields[f"presence-{phase}"] = [wording.PRESENCE[row.presence[at]] for row in cookies]
        codes[f"tone-{phase}"] = [_tone(row, at, phase) for row in cookies]
        seen = [next((o for o in row.observations if o.phase is phase), None) for row in cookies]
        for key, reader in _OBSERVED.items():
            fields[f"{key}-{phase}"] = [reader(one) if one else "" for one in seen]
        keys = [*_OBSERVED]
        if not document.scope.values_kept:
            # Where values were kept they stand in the raw line, and a report does not show them.
            fields[f"raw-{phase}"] = [visible(one.raw_set_cookie or "") if one else "" for one in seen]
            keys.append("raw")
        details.append(Detail(title=wording.PHASE[phase], keys=tuple(f"{key}-{phase}" for key in keys)))
    return Rows(
        name="cookies",
        count=len(cookies),
        fields=fields,
        codes=codes,
        order={
            "lifetime": [_lifetime_order(row) for row in cookies],
            "exempt": [list(Exemption).index(row.exemption) for row in cookies],
        },
        details=tuple(details),
    )


def _tone(row: InventoryRow, at: int, phase: ConsentPhase) -> str:
    """How a cell of the consent matrix is coloured: by exemption where nobody had agreed."""
    if row.presence[at] is Presence.ABSENT:
        return "absent"
    return row.exemption.value if phase in WITHOUT_CONSENT else "agreed"


def exemptions(document: Document) -> Iterator[tuple[ConsentPhase, int, tuple[Share, ...]]]:
    """For each phase without consent how many of its cookies are exempt, undetermined, not exempt."""
    for at, phase in enumerate(document.scope.phases):
        if phase not in WITHOUT_CONSENT:
            continue
        there = [row.exemption for row in document.cookies if row.presence[at] is not Presence.ABSENT]
        yield (
            phase,
            len(there),
            tuple(
                Share(
                    key=exemption,
                    label=SHARE_WORDS[exemption],
                    count=there.count(exemption),
                    ratio=there.count(exemption) / len(there) if there else 0.0,
                )
                for exemption in palette.EXEMPTION
            ),
        )


_OBSERVED: Mapping[str, Callable[[ObservedCookie], str]] = {
    "how": lambda one: HOW[one.origin],
    "at": lambda one: wording.moment(one.observed_at) if one.observed_at else "",
    "url": lambda one: visible(one.first_url),
    "by": lambda one: f"by {visible(one.initiator)}" if one.initiator else "",
}
"""What the details tell of an observation, a line each."""


def _each(rows: Iterable[Row], reader: Callable[[Row], str]) -> list[str]:
    return [reader(row) for row in rows]


def _filter(key: str, title: str, shares: Iterable[Share], everything: str) -> Filter:
    options = tuple((share.key, share.label) for share in shares if share.count)
    return Filter(key=key, title=title, options=options, everything=everything)


def _place(row: InventoryRow) -> Iterator[str]:
    yield row.domain
    if row.path != "/":
        yield row.path
    if row.partition:
        yield f"under {row.partition}"


def _value(row: InventoryRow) -> str:
    value = row.value
    return f"{wording.counted(value.length, 'character')}, {value.shape}"


def _lifetime_order(row: InventoryRow) -> int:
    """Session cookies stand before all others, unknown lifetimes after them."""
    if row.lifespan is Lifespan.SESSION:
        return -1
    return LAST if row.lifetime_seconds is None else max(row.lifetime_seconds, 0)


def _first_contact(row: HostRow) -> str:
    phase = wording.PHASE[row.first_phase]
    return f"{phase}, {wording.moment(row.first_at)}" if row.first_at else phase
