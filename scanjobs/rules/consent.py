"""Consent: what is stored and whom the page asks before a choice, and in spite of a refusal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from scanjobs.domain.cookies import ConsentPhase, CookieOrigin, ObservedCookie
from scanjobs.domain.evidence import RuleInput
from scanjobs.domain.findings import FindingItem, Outcome, Severity
from scanjobs.domain.labels import LabelledCookie, LabelledEvidence, LabelledHost, LabelledStorage
from scanjobs.domain.purposes import Category, Exemption, ExemptionGround
from scanjobs.domain.storage import StoredItem
from scanjobs.rules.observations import Labelled, item_of, stored_item_of
from scanjobs.rules.registry import Verdict, rule

EPRIVACY = "https://eur-lex.europa.eu/eli/dir/2002/58/oj"
PLANET49 = "https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:62017CJ0673"
TECHNICAL_SCOPE = (
    "https://www.edpb.europa.eu/our-work-tools/our-documents/guidelines/"
    "guidelines-22023-technical-scope-art-53-eprivacy-directive_en"
)
GDPR = "https://eur-lex.europa.eu/eli/reg/2016/679/oj"

# California lets visitors opt out (CCPA 1798.120, 1798.135): nothing has to wait for a choice there, and a
# refusal has to be respected.
_OPT_OUT = {"us-ca": Severity.INFO}
_REFUSED = {"us-ca": Severity.HIGH}

_STORES = frozenset({RuleInput.LOCAL_STORAGE, RuleInput.SESSION_STORAGE, RuleInput.INDEXED_DB})
_NEEDS = {Exemption.NOT_EXEMPT: True, Exemption.EXEMPT: False, Exemption.UNDETERMINED: None}
_WHEN = {ConsentPhase.BEFORE: "before any choice", ConsentPhase.REJECTED: "after rejecting"}


@rule(
    "C01",
    title="A cookie that needs consent is stored before any choice",
    severity=Severity.CRITICAL,
    by_profile=_OPT_OUT,
    basis="ePrivacy Directive, Art. 5(3); GDPR, Art. 7; CJEU C-673/17 (Planet49)",
    url=PLANET49,
    valid_from=date(2019, 10, 1),
    how_to_fix="Load whatever sets the cookie only after the visitor has accepted its purpose.",
)
def cookies_before_choice(scan: LabelledEvidence) -> Verdict:
    """Every cookie seen before the visitor chose.

    The rule fails where one needs consent, and warns where that is open.
    """
    return _judge(
        scan,
        ConsentPhase.BEFORE,
        {RuleInput.COOKIES},
        _cookie_items(scan.cookies, ConsentPhase.BEFORE),
        one="One cookie that needs consent was stored before any choice.",
        many="{} cookies that need consent were stored before any choice.",
        doubt="{} more may need it.",
        only_doubt="Whether {} stored before any choice need consent is open.",
        right="No cookie that needs consent was seen before a choice.",
    )


@rule(
    "C02",
    title="Storage that needs consent is used before any choice",
    severity=Severity.CRITICAL,
    by_profile=_OPT_OUT,
    basis="ePrivacy Directive, Art. 5(3); EDPB Guidelines 2/2023 on its technical scope",
    url=TECHNICAL_SCOPE,
    valid_from=date(2024, 10, 7),
    how_to_fix="Let scripts write to localStorage, sessionStorage and IndexedDB only after the visitor has "
    "accepted their purpose.",
)
def storage_before_choice(scan: LabelledEvidence) -> Verdict:
    """Every item of localStorage, sessionStorage and IndexedDB seen before the visitor chose.

    The rule fails where one needs consent, and warns where that is open.
    """
    return _judge(
        scan,
        ConsentPhase.BEFORE,
        _STORES,
        _storage_items(scan.storage, ConsentPhase.BEFORE),
        one="One stored item that needs consent was there before any choice.",
        many="{} stored items that need consent were there before any choice.",
        doubt="{} more may need it.",
        only_doubt="Whether {} stored before any choice need consent is open.",
        right="No stored item that needs consent was seen before a choice.",
    )


@rule(
    "C03",
    title="A tracker is asked before any choice",
    severity=Severity.CRITICAL,
    by_profile=_OPT_OUT,
    basis="ePrivacy Directive, Art. 5(3); EDPB Guidelines 2/2023 (tracking links and pixels)",
    url=TECHNICAL_SCOPE,
    valid_from=date(2024, 10, 7),
    how_to_fix="Load scripts, pixels and frames of advertising and analytics vendors only after the visitor "
    "has accepted them.",
)
def trackers_before_choice(scan: LabelledEvidence) -> Verdict:
    """Requests to hosts of advertising and analytics vendors before the visitor chose."""
    return _judge_trackers(scan, ConsentPhase.BEFORE)


@rule(
    "C04",
    title="Something that needs consent is stored in spite of a refusal",
    severity=Severity.CRITICAL,
    by_profile=_REFUSED,
    basis="GDPR, Art. 7(3); ePrivacy Directive, Art. 5(3)",
    url=GDPR,
    valid_from=date(2018, 5, 25),
    how_to_fix="When the visitor rejects, set nothing that needs consent, and delete what was set before.",
)
def stored_after_rejection(scan: LabelledEvidence) -> Verdict:
    """Every cookie and stored item seen after the visitor rejected, set then or still there.

    The rule fails where one needs consent, and warns where that is open.
    """
    items = [
        *_cookie_items(scan.cookies, ConsentPhase.REJECTED),
        *_storage_items(scan.storage, ConsentPhase.REJECTED),
    ]
    return _judge(
        scan,
        ConsentPhase.REJECTED,
        {RuleInput.COOKIES},
        items,
        one="One cookie or stored item that needs consent was there after rejecting.",
        many="{} cookies and stored items that need consent were there after rejecting.",
        doubt="{} more may need it.",
        only_doubt="Whether {} there after rejecting need consent is open.",
        right="Nothing that needs consent was seen after rejecting.",
    )


@rule(
    "C05",
    title="A tracker is asked in spite of a refusal",
    severity=Severity.CRITICAL,
    by_profile=_REFUSED,
    basis="GDPR, Art. 7(3); EDPB Guidelines 2/2023",
    url=GDPR,
    valid_from=date(2018, 5, 25),
    how_to_fix="When the visitor rejects, load nothing of advertising and analytics vendors.",
)
def trackers_after_rejection(scan: LabelledEvidence) -> Verdict:
    """Requests to hosts of advertising and analytics vendors after the visitor rejected."""
    return _judge_trackers(scan, ConsentPhase.REJECTED)


@rule(
    "C06",
    title="Consent is needed and nobody asks for it",
    severity=Severity.CRITICAL,
    by_profile=_OPT_OUT,
    basis="GDPR, Art. 4(11) and 7; ePrivacy Directive, Art. 5(3)",
    url=GDPR,
    valid_from=date(2018, 5, 25),
    how_to_fix="Ask visitors before anything is stored that needs consent, or store nothing of that kind.",
)
def nobody_asks(scan: LabelledEvidence) -> Verdict:
    """Whether a site that stores what needs consent offers a choice.

    It fails where whoever captured it says that there was no banner. A banner is taken to be there where
    they say so, or where a cookie keeps the visitor's choice. Otherwise nobody can say.
    """
    stored: tuple[Labelled, ...] = (*scan.cookies, *scan.storage)
    needing = [thing for thing in stored if _needs_consent(thing) is True]
    if not needing:
        if not scan.evidence.shows(RuleInput.COOKIES):
            return _not_evaluable("The captures do not show which cookies there were.")
        return Verdict(outcome=Outcome.PASS, summary="Nothing that needs consent was seen.")
    told = {capture.banner for capture in scan.evidence.captures} - {None}
    choices = [thing for thing in scan.cookies if _keeps_choice(thing)]
    if True in told or choices:
        how = "whoever captured it says so" if True in told else f"{choices[0].key.name} keeps it"
        return Verdict(outcome=Outcome.PASS, summary=f"Visitors are offered a choice: {how}.")
    if False in told:
        return Verdict(
            outcome=Outcome.FAIL,
            summary=f"Visitors are offered no choice, and {_counted(len(needing), 'thing')} that need"
            f"{'s' if len(needing) == 1 else ''} consent {'is' if len(needing) == 1 else 'are'} stored.",
            items=tuple(item for thing in needing for item in _items_in(thing, None, "needs consent")),
        )
    return _not_evaluable(
        "No known consent mechanism was recognised; whether there is one of the site's own was not captured."
    )


_Item = tuple[bool | None, FindingItem]
"""Whether it needs consent (None: open), and how a finding shows it."""


def _judge(
    scan: LabelledEvidence,
    phase: ConsentPhase,
    inputs: Iterable[RuleInput],
    found: Sequence[_Item],
    *,
    one: str,
    many: str,
    doubt: str,
    only_doubt: str,
    right: str,
) -> Verdict:
    """Fail on what needs consent, warn where that is open, pass where the phase was seen and nothing was."""
    certain = [item for needs, item in found if needs is True]
    open_ones = [item for needs, item in found if needs is None]
    if certain:
        words = one if _subjects(certain) == 1 else many.format(_subjects(certain))
        if open_ones:
            words += " " + doubt.format(_subjects(open_ones))
        return Verdict(outcome=Outcome.FAIL, summary=words, items=(*certain, *open_ones))
    if phase not in scan.evidence.phases:
        return _not_evaluable(f"No capture shows the visit {_WHEN[phase]}.")
    if open_ones:
        words = only_doubt.format(_counted(_subjects(open_ones), "cookie or item", "cookies and items"))
        return Verdict(outcome=Outcome.WARN, summary=words, items=tuple(open_ones))
    if not found and not any(scan.evidence.shows(needed, phase) for needed in inputs):
        return _not_evaluable(f"The captures {_WHEN[phase]} do not show this kind of storage.")
    return Verdict(outcome=Outcome.PASS, summary=right)


def _judge_trackers(scan: LabelledEvidence, phase: ConsentPhase) -> Verdict:
    trackers = [host for host in scan.hosts if host.is_tracker and host.contact.phase is phase]
    if trackers:
        named = sorted({host.vendor for host in trackers if host.vendor})
        vendors = f" ({', '.join(named[:3])}{' and others' if len(named) > 3 else ''})" if named else ""
        hosts = _counted(len(trackers), "host")
        were = "was" if len(trackers) == 1 else "were"
        return Verdict(
            outcome=Outcome.FAIL,
            summary=f"{hosts} of trackers{vendors} {were} asked {_WHEN[phase]}.",
            items=tuple(map(_tracker_item, trackers)),
        )
    if phase not in scan.evidence.phases:
        return _not_evaluable(f"No capture shows the visit {_WHEN[phase]}.")
    if not scan.evidence.shows(RuleInput.REQUESTS, phase):
        return _not_evaluable(f"The captures {_WHEN[phase]} do not show requests.")
    return Verdict(outcome=Outcome.PASS, summary=f"No host of a known tracker was asked {_WHEN[phase]}.")


def _cookie_items(cookies: Iterable[LabelledCookie], phase: ConsentPhase) -> list[_Item]:
    return [
        (needs, item)
        for cookie in cookies
        if (needs := _needs_consent(cookie)) is not False
        for item in _items_in(cookie, phase, _described(cookie))
    ]


def _storage_items(items: Iterable[LabelledStorage], phase: ConsentPhase) -> list[_Item]:
    return [
        (needs, shown)
        for item in items
        if (needs := _needs_consent(item)) is not False
        for shown in _items_in(item, phase, _described(item))
    ]


def _items_in(thing: Labelled, phase: ConsentPhase | None, detail: str) -> Iterator[FindingItem]:
    """How a finding shows it, once for the phase, or for each where none is named."""
    for seen in thing.observations:
        if phase is None or seen.phase is phase:
            if isinstance(thing, LabelledCookie) and isinstance(seen, ObservedCookie):
                how = "sent" if seen.origin is CookieOrigin.REQUEST else "set"
                how = "in the store" if seen.origin is CookieOrigin.JAR else how
                yield item_of(thing, seen, f"{how}; {detail}")
            elif isinstance(thing, LabelledStorage) and isinstance(seen, StoredItem):
                yield stored_item_of(thing, seen, detail)


def _needs_consent(thing: Labelled) -> bool | None:
    """True, False, or None where that is open."""
    return _NEEDS[thing.label.exemption]


def _described(thing: Labelled) -> str:
    label = thing.label
    purpose = "purpose unknown" if label.category is Category.UNCLASSIFIED else str(label.category)
    vendor = f", {label.vendor}" if label.vendor else ""
    doubt = "; whether it needs consent is open" if label.exemption is Exemption.UNDETERMINED else ""
    return f"{purpose}{vendor}{doubt}"


def _keeps_choice(cookie: LabelledCookie) -> bool:
    return cookie.label.exemption_ground is ExemptionGround.CONSENT_CHOICE


def _tracker_item(host: LabelledHost) -> FindingItem:
    contact = host.contact
    by = (
        f"; {contact.called_tracking} of them called tracking by the capture"
        if contact.called_tracking
        else ""
    )
    whose = host.vendor or "vendor unknown"
    return FindingItem(
        subject=contact.host or "a host without a name",
        detail=f"{whose}, {_counted(contact.requests, 'request')}{by}",
        phase=contact.phase,
        url=contact.first_url,
        observed_at=contact.first_at,
        initiator=contact.initiator,
    )


def _subjects(items: Iterable[FindingItem]) -> int:
    return len({item.subject for item in items})


def _counted(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def _not_evaluable(why: str) -> Verdict:
    return Verdict(outcome=Outcome.NOT_EVALUABLE, summary=why)
