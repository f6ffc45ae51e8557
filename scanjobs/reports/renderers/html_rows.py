"""Which long tables the HTML report has, and what stands in each of their rows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from itertools import compress
from typing import TypeVar

from scanjobs.domain.cookies import ConsentPhase, CookieOrigin
from scanjobs.domain.labels import LabelSource
from scanjobs.domain.purposes import Exemption
from scanjobs.reports import wording
from scanjobs.reports.document import Document
from scanjobs.reports.parts import InventoryRow, Lifespan, Presence, Share
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

Value = TypeVar("Value", bound=Hashable)
Told = TypeVar("Told", str, int)
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
    fields = {
        "host": told((row.host for row in rows), visible),
        "registered": told((row.registrable_domain for row in rows), visible),
        **{key: told(column, wording.number) for key, column in counts.items()},
        "first_url": told((row.first_url for row in rows), visible),
        "first_at": told(((row.first_phase, row.first_at) for row in rows), _first_contact),
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
                "seen": [" ".join(compress(phases, row.requests)) for row in rows],
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
    fields = {
        "name": told((row.name for row in cookies), visible),
        "place": told(((row.domain, row.path, row.partition) for row in cookies), _place),
        "party": told((row.party for row in cookies), lambda party: wording.PARTY[party].split()[0]),
        "category": told((row.category for row in cookies), wording.CATEGORY.__getitem__),
        "source": told(((row.source, row.confidence) for row in cookies), _source),
        "vendor": told((row.vendor for row in cookies), lambda vendor: visible(vendor or wording.NONE)),
        "lifetime": [row.lifetime for row in cookies],
        "flags": [row.flags for row in cookies],
        "exempt": told((row.exemption for row in cookies), wording.EXEMPTION.__getitem__),
        "phases": told((row.phases for row in cookies), _phases),
        "first_url": told((row.first_url for row in cookies), lambda url: visible(url or wording.UNKNOWN)),
        "reason": told((row.exemption_reason for row in cookies), visible),
        "retention": told((row.declared_retention or "" for row in cookies), visible),
        "expires": told((row.expires_at for row in cookies), _moment),
        "value": told(((row.value.length, row.value.shape) for row in cookies), _value),
        "privacy": told((row.privacy_url or "" for row in cookies), visible),
    }
    codes = {
        "category": [row.category.value for row in cookies],
        "party": [row.party.value for row in cookies],
        "exempt": [row.exemption.value for row in cookies],
        "seen": told((row.phases for row in cookies), " ".join),
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
        presence = [row.presence[at] for row in cookies]
        exempt = [row.exemption for row in cookies]
        fields[f"presence-{phase}"] = told(presence, wording.PRESENCE.__getitem__)
        codes[f"tone-{phase}"] = told(zip(presence, exempt, strict=True), partial(_tone, phase))
        observed = observations_in(phase, cookies, with_raw=not document.scope.values_kept)
        fields.update((f"{key}-{phase}", texts) for key, texts in observed.items())
        details.append(Detail(title=wording.PHASE[phase], keys=tuple(f"{key}-{phase}" for key in observed)))
    return Rows(
        name="cookies",
        count=len(cookies),
        fields=fields,
        codes=codes,
        order={
            "lifetime": [_lifetime_order(row) for row in cookies],
            "exempt": told((row.exemption for row in cookies), list(Exemption).index),
        },
        details=tuple(details),
    )


def observations_in(
    phase: ConsentPhase, cookies: Iterable[InventoryRow], *, with_raw: bool
) -> dict[str, list[str]]:
    """What the details of each cookie tell of one phase, a line each; empty where it was not seen."""
    seen = [next((one for one in row.observations if one.phase is phase), None) for row in cookies]
    lines = {
        "how": told((one and one.origin for one in seen), lambda origin: HOW[origin] if origin else ""),
        "at": told((one.observed_at if one else None for one in seen), _moment),
        "url": told((one.first_url if one else "" for one in seen), visible),
        "by": told((one and one.initiator for one in seen), lambda by: f"by {visible(by)}" if by else ""),
    }
    if with_raw:
        # Where values were kept they stand in the raw line, and a report does not show them.
        lines["raw"] = told(((one and one.raw_set_cookie) or "" for one in seen), visible)
    return lines


def _tone(phase: ConsentPhase, cell: tuple[Presence, Exemption]) -> str:
    """How a cell of the consent matrix is coloured: by exemption where nobody had agreed."""
    presence, exemption = cell
    if presence is Presence.ABSENT:
        return "absent"
    return exemption.value if phase in WITHOUT_CONSENT else "agreed"


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


def told(values: Iterable[Value], words: Callable[[Value], Told]) -> list[Told]:
    """Each value in words, found once for equal ones: the rows of a scan repeat themselves."""
    known: dict[Value, Told] = {}
    return [known[value] if value in known else known.setdefault(value, words(value)) for value in values]


def _filter(key: str, title: str, shares: Iterable[Share], everything: str) -> Filter:
    options = tuple((share.key, share.label) for share in shares if share.count)
    return Filter(key=key, title=title, options=options, everything=everything)


def _place(where: tuple[str, str, str]) -> str:
    domain, path, partition = where
    parts = (domain, path if path != "/" else "", f"under {partition}" if partition else "")
    return visible(" ".join(filter(None, parts)))


def _source(answer: tuple[LabelSource, float]) -> str:
    source, confidence = answer
    return f"{wording.SOURCE[source]}, {confidence:.0%}"


def _phases(phases: tuple[ConsentPhase, ...]) -> str:
    return ", ".join(wording.SHORT_PHASE[phase].lower() for phase in phases)


def _moment(moment: datetime | None) -> str:
    return wording.moment(moment) if moment else ""


def _value(value: tuple[int, str]) -> str:
    length, shape = value
    return f"{wording.counted(length, 'character')}, {shape}"


def _lifetime_order(row: InventoryRow) -> int:
    """Session cookies stand before all others, unknown lifetimes after them."""
    if row.lifespan is Lifespan.SESSION:
        return -1
    return LAST if row.lifetime_seconds is None else max(row.lifetime_seconds, 0)


def _first_contact(first: tuple[ConsentPhase, datetime | None]) -> str:
    phase, at = first
    return f"{wording.PHASE[phase]}, {wording.moment(at)}" if at else wording.PHASE[phase]
