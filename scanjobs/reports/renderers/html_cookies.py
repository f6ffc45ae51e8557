"""The cookies of the HTML report: the consent matrix and the inventory, two looks at the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

from scanjobs.domain.cookies import ConsentPhase, CookieOrigin
from scanjobs.domain.labels import LabelSource
from scanjobs.domain.purposes import Exemption
from scanjobs.reports import wording
from scanjobs.reports.document import Document
from scanjobs.reports.listed import InventoryRow
from scanjobs.reports.parts import WITHOUT_CONSENT, Lifespan, Presence
from scanjobs.reports.renderers.html_table import LAST, Column, Detail, Filter, LongTable, Rows, told
from scanjobs.reports.words import Words

HOW: Mapping[CookieOrigin, str] = {
    CookieOrigin.SET_COOKIE: "set by a response",
    CookieOrigin.REQUEST: "seen in requests only",
    CookieOrigin.JAR: "found in the browser's store",
    CookieOrigin.SCRIPT: "set by a script",
}

visible = wording.visible


def cookie_tables(document: Document) -> tuple[LongTable, LongTable]:
    """The consent matrix and the inventory."""
    words, phases = document.words, document.scope.phases
    rows = _rows(document)
    name = Column(key="name", title=words("Name"), note="place")
    narrowing = filters(words, phases)
    matrix = LongTable(
        id="matrix",
        title=words("Consent matrix"),
        rows=rows,
        columns=(
            name,
            Column(key="category", title=words("Purpose"), swatch="category"),
            Column(key="exempt", title=words("Exempt")),
            *presence_columns(words, phases),
        ),
        filters=narrowing,
    )
    inventory = LongTable(
        id="inventory",
        title=words("Cookies"),
        rows=rows,
        columns=(
            name,
            Column(key="party", title=words("Party")),
            Column(key="category", title=words("Purpose"), note="source", swatch="category"),
            Column(key="vendor", title=words("Vendor")),
            Column(key="lifetime", title=words("Lifetime")),
            Column(key="flags", title=words("Attributes")),
            Column(key="phases", title=words("Phases")),
            Column(key="first_url", title=words("First seen at")),
        ),
        filters=narrowing,
    )
    return matrix, inventory


def filters(words: Words, phases: Iterable[ConsentPhase]) -> tuple[Filter, ...]:
    """Purpose, party, phase and exemption."""
    return (
        Filter.of(words, "category", words("Purpose"), wording.CATEGORY),
        Filter.of(words, "party", words("Party"), wording.PARTY),
        Filter.of(words, "seen", words("Seen"), phases, words("In any phase")),
        Filter.of(words, "exempt", words("Exempt"), wording.EXEMPTION),
    )


def presence_columns(words: Words, phases: Iterable[ConsentPhase]) -> Iterator[Column]:
    """One column a phase, coloured by what the cell means."""
    for phase in phases:
        yield Column(key=f"presence-{phase}", title=words.name(phase), tone=f"tone-{phase}")


def presences(
    words: Words,
    phases: Sequence[ConsentPhase],
    seen: Sequence[tuple[Presence, ...]],
    exempt: Sequence[Exemption],
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The fields and the codes of these columns."""
    fields, codes = {}, {}
    for at, phase in enumerate(phases):
        presence = [one[at] for one in seen]
        fields[f"presence-{phase}"] = told(presence, words.name)
        codes[f"tone-{phase}"] = told(zip(presence, exempt, strict=True), partial(_tone, phase))
    return fields, codes


def source_of(words: Words, answer: tuple[LabelSource, float]) -> str:
    """Who says what something is for, and how sure that is."""
    source, confidence = answer
    return f"{words.name(source)}, {words.percent(confidence)}"


def _rows(document: Document) -> Rows:
    words, cookies, phases = document.words, document.cookies, document.scope.phases
    exempt = [row.exemption for row in cookies]
    seen, tones = presences(words, phases, [row.presence for row in cookies], exempt)
    fields = {
        "name": told((row.name for row in cookies), visible),
        "place": told(((row.domain, row.path, row.partition) for row in cookies), partial(_place, words)),
        "party": told((row.party for row in cookies), words.name),
        "category": told((row.category for row in cookies), words.name),
        "source": told(((row.source, row.confidence) for row in cookies), partial(source_of, words)),
        "vendor": told((row.vendor for row in cookies), lambda vendor: visible(vendor or wording.NONE)),
        "lifetime": [row.lifetime for row in cookies],
        "flags": [row.flags for row in cookies],
        "exempt": told(exempt, words.name),
        "phases": told((row.phases for row in cookies), lambda phases: ", ".join(map(words.short, phases))),
        "first_url": told((row.first_url for row in cookies), lambda url: visible(url or words("unknown"))),
        "reason": told((row.exemption_reason for row in cookies), visible),
        "retention": told((row.declared_retention or "" for row in cookies), visible),
        "expires": told((row.expires_at for row in cookies), partial(_moment, words)),
        "value": told(((row.value.length, row.value.shape) for row in cookies), partial(_value, words)),
        "privacy": told((row.privacy_url or "" for row in cookies), visible),
        **seen,
    }
    details = [
        Detail(title=words("Name"), keys=("name",)),
        Detail(title=words("Domain, path"), keys=("place",)),
        Detail(title=words("Purpose from"), keys=("source",)),
        Detail(title=words("Exempt"), keys=("exempt", "reason")),
        Detail(title=words("Attributes"), keys=("flags",)),
        Detail(title=words("Value"), keys=("value",)),
        Detail(title=words("Expires"), keys=("expires",)),
        Detail(title=words("Documented lifetime"), keys=("retention",)),
        Detail(title=words("Privacy policy"), keys=("privacy",)),
    ]
    for phase in phases:
        observed = _observed(words, phase, cookies, with_raw=not document.scope.values_kept)
        fields.update((f"{key}-{phase}", texts) for key, texts in observed.items())
        details.append(Detail(title=words.name(phase), keys=tuple(f"{key}-{phase}" for key in observed)))
    return Rows(
        name="cookies",
        count=len(cookies),
        fields=fields,
        codes={
            "category": [row.category.value for row in cookies],
            "party": [row.party.value for row in cookies],
            "exempt": [exemption.value for exemption in exempt],
            "seen": told((row.phases for row in cookies), " ".join),
            **tones,
        },
        order={
            "lifetime": [_lifetime_order(row) for row in cookies],
            "exempt": told(exempt, list(Exemption).index),
        },
        details=tuple(details),
    )


def _observed(
    words: Words, phase: ConsentPhase, cookies: Iterable[InventoryRow], *, with_raw: bool
) -> dict[str, list[str]]:
    """What the details of each cookie tell of one phase, a line each; empty where it was not seen."""
    seen = [next((one for one in row.observations if one.phase is phase), None) for row in cookies]
    lines = {
        "how": told(
            (one and one.origin for one in seen), lambda origin: words(HOW[origin]) if origin else ""
        ),
        "at": told((one.observed_at if one else None for one in seen), partial(_moment, words)),
        "url": told((one.first_url if one else "" for one in seen), visible),
        "by": told(
            (one and one.initiator for one in seen),
            lambda by: words("by {initiator}", initiator=visible(by)) if by else "",
        ),
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


def _place(words: Words, where: tuple[str, str, str]) -> str:
    domain, path, partition = where
    under = words("under {site}", site=partition) if partition else ""
    return visible(" ".join(filter(None, (domain, path if path != "/" else "", under))))


def _moment(words: Words, moment: datetime | None) -> str:
    return words.moment(moment) if moment else ""


def _value(words: Words, value: tuple[int, str]) -> str:
    length, shape = value
    return f"{words.count(length, 'character', 'characters')}, {words(wording.SHAPE.get(shape, shape))}"


def _lifetime_order(row: InventoryRow) -> int:
    """Session cookies stand before all others, unknown lifetimes after them."""
    if row.lifespan is Lifespan.SESSION:
        return -1
    return LAST if row.lifetime_seconds is None else max(row.lifetime_seconds, 0)
