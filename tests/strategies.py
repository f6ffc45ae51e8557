"""Scans of every kind for hypothesis: any value of the domain that a rule may meet, likely or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from scanjobs.domain.cookies import (
    ConsentPhase,
    CookieKey,
    CookieOrigin,
    ObservedCookie,
    Party,
    SameSite,
    ValueFingerprint,
)
from scanjobs.domain.declared import DeclarationFile, DeclaredCookie, DeclaredType, SiteDeclaration
from scanjobs.domain.evidence import (
    Capture,
    Evidence,
    Gap,
    GapKind,
    HostContact,
    PageLoad,
    RuleInput,
    Skipped,
)
from scanjobs.domain.findings import Finding, FindingItem, Outcome, Severity
from scanjobs.domain.labels import (
    Label,
    LabelledCookie,
    LabelledEvidence,
    LabelledHost,
    LabelledStorage,
    LabelSource,
)
from scanjobs.domain.purposes import Category, Exemption, ExemptionGround
from scanjobs.domain.storage import StorageKey, StorageKind, StoredItem

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PHASES = st.sampled_from(ConsentPhase)
MAYBE = st.none() | st.booleans()
NAMES = st.sampled_from(
    ["_ga", "_ga_4F1X", "session", "PHPSESSID", "__Host-id", "__Secure-id", "CookieConsent", "", "ü\u202ex\n"]
)
WORDS = st.sampled_from(["", "Analytics", "2 years", "Session", "\u202e", "?"])
HOSTS = st.sampled_from(["shop.example", "www.shop.example", "ads.example", "192.0.2.7", "localhost", ""])
URLS = st.sampled_from(
    ["", "https://shop.example/", "http://shop.example/a", "https://ads.example/pixel", "no address"]
)
MOMENTS = st.none() | st.integers(-(10**9), 10**9).map(lambda seconds: NOON + timedelta(seconds=seconds))
INITIATORS = st.none() | st.sampled_from(["https://shop.example/tags.js:12", "https://shop.example/"])
SECONDS = (
    st.none()
    | st.sampled_from([0, 1, 86_400, 34_128_000, 34_560_000, 63_072_000])
    | st.integers(-(10**10), 10**11)
)
FINGERPRINTS = st.builds(
    ValueFingerprint,
    sha256=st.sampled_from(["ab" * 32, "cd" * 32]),
    length=st.integers(0, 4096),
    shape=st.sampled_from(["uuid", "hex", "digits", "json", "text", "empty"]),
)
LABELS = st.builds(
    Label,
    category=st.sampled_from(Category),
    vendor=st.none() | WORDS,
    source=st.sampled_from(LabelSource),
    confidence=st.floats(0, 1),
    exemption=st.sampled_from(Exemption),
    exemption_reason=WORDS,
    declared_retention=st.none() | WORDS,
    exemption_ground=st.none() | st.sampled_from(ExemptionGround),
    database_category=st.none() | st.sampled_from(Category),
)


def observations(key: CookieKey) -> st.SearchStrategy[ObservedCookie]:
    """What one phase may show of a cookie; attributes contradict each other now and then."""
    return st.builds(
        ObservedCookie,
        key=st.just(key),
        phase=PHASES,
        origin=st.sampled_from(CookieOrigin),
        host_only=MAYBE,
        secure=MAYBE,
        http_only=MAYBE,
        same_site=st.none() | st.sampled_from(SameSite),
        partitioned=MAYBE,
        is_session=MAYBE,
        expires_at=MOMENTS,
        lifetime_seconds=SECONDS,
        value=FINGERPRINTS,
        kept_value=st.none(),
        raw_set_cookie=st.none() | st.sampled_from([f"{key.name}=<3 characters>; Path=/; Secure", ""]),
        first_url=URLS,
        scheme=st.sampled_from(["https", "http", ""]),
        observed_at=MOMENTS,
        times_seen=st.integers(1, 1000),
        initiator=INITIATORS,
        renewals=st.none() | st.integers(0, 20),
    )


@st.composite
def labelled_cookies(draw: st.DrawFn) -> LabelledCookie:
    """One cookie of a scan: a phase at most once, in the order of the visit."""
    key = CookieKey(
        name=draw(NAMES),
        domain=draw(HOSTS),
        path=draw(st.sampled_from(["/", "/shop", ""])),
        partition=draw(st.sampled_from(["", "https://shop.example"])),
    )
    seen = draw(
        st.lists(observations(key), min_size=1, max_size=4, unique_by=lambda observation: observation.phase)
    )
    return LabelledCookie(
        key=key,
        party=draw(st.sampled_from(Party)),
        label=draw(LABELS),
        observations=tuple(sorted(seen, key=lambda observation: _order(observation.phase))),
    )


@st.composite
def labelled_items(draw: st.DrawFn) -> LabelledStorage:
    """One stored item of a scan."""
    key = StorageKey(
        name=draw(NAMES),
        origin=draw(st.sampled_from(["https://shop.example", "https://ads.example:8443", ""])),
        kind=draw(st.sampled_from(StorageKind)),
    )
    item = st.builds(
        StoredItem,
        key=st.just(key),
        phase=PHASES,
        value=st.none() | FINGERPRINTS,
        kept_value=st.none(),
        first_url=st.none() | URLS,
        initiator=INITIATORS,
        observed_at=MOMENTS,
    )
    seen = draw(st.lists(item, min_size=1, max_size=4, unique_by=lambda observation: observation.phase))
    return LabelledStorage(
        key=key,
        party=draw(st.sampled_from(Party)),
        label=draw(LABELS),
        observations=tuple(sorted(seen, key=lambda observation: _order(observation.phase))),
    )


CAPTURES = st.builds(
    Capture,
    file_name=st.sampled_from(["before.har", "after.har", "cookies.txt"]),
    sha256=st.sampled_from(["ab" * 32, "cd" * 32]),
    size=st.integers(0, 10**9),
    format=st.sampled_from(["har", "netscape"]),
    phase=PHASES,
    tool=st.none() | WORDS,
    tool_version=st.none() | WORDS,
    captured_at=MOMENTS,
    page_url=st.none() | URLS,
    entries=st.integers(0, 10**6),
    complete=st.booleans(),
    skipped=st.lists(st.builds(Skipped, reason=WORDS, count=st.integers(1, 9)), max_size=1).map(tuple),
    inputs=st.frozensets(st.sampled_from(RuleInput)) | st.just(frozenset(RuleInput)),
    third_party_cookies_work=MAYBE,
    banner=MAYBE,
)
HOST_CONTACTS = st.builds(
    HostContact,
    host=HOSTS,
    phase=PHASES,
    requests=st.integers(1, 1000),
    first_url=URLS,
    first_at=MOMENTS,
    initiator=INITIATORS,
    called_tracking=st.integers(0, 3),
)
LABELLED_HOSTS = st.builds(
    LabelledHost,
    contact=HOST_CONTACTS,
    party=st.sampled_from(Party),
    vendor=st.none() | WORDS,
    category=st.sampled_from(Category),
)
PAGES = st.builds(
    PageLoad,
    url=URLS,
    phase=PHASES,
    status=st.none() | st.sampled_from([0, 200, 204, 302, 304, 403, 404, 429, 503]) | st.integers(100, 599),
    redirects_to=st.none() | URLS,
    at=MOMENTS,
    is_challenge=st.booleans(),
)
GAPS = st.builds(
    Gap,
    kind=st.sampled_from(GapKind),
    detail=st.sampled_from(["Something is missing.", "Nobody said."]),
    phase=st.none() | PHASES,
    file_name=st.none() | st.sampled_from(["before.har", "after.har"]),
)
DECLARED = st.builds(
    DeclaredCookie,
    name=NAMES | st.sampled_from(["_ga_*", "*", "###"]),
    is_pattern=st.booleans(),
    provider=st.none() | WORDS,
    domain=st.none() | HOSTS,
    category=st.none() | st.sampled_from(Category),
    category_words=WORDS,
    purpose=st.none() | WORDS,
    duration_words=st.none() | WORDS,
    is_session=MAYBE,
    lifetime_seconds=SECONDS,
    type=st.sampled_from(DeclaredType),
)
DECLARATIONS = st.builds(
    SiteDeclaration,
    id=st.just("3b8e4d70-0000-4000-8000-000000000004"),
    site=st.just("shop.example"),
    imported_at=st.just(NOON),
    file=st.builds(
        DeclarationFile,
        file_name=st.just("declared.csv"),
        sha256=st.just("ef" * 32),
        size=st.just(512),
        format=st.just("csv"),
        tool=st.none(),
        declared_at=MOMENTS,
        domain=st.none() | HOSTS,
        cookies=st.lists(DECLARED, max_size=4).map(tuple),
        skipped=st.just(()),
    ),
)


@st.composite
def labelled_scans(draw: st.DrawFn) -> LabelledEvidence:
    """A scan after classification, as full of holes as one pleases."""
    cookies = draw(st.lists(labelled_cookies(), max_size=4, unique_by=lambda cookie: cookie.key))
    items = draw(st.lists(labelled_items(), max_size=3, unique_by=lambda item: item.key))
    hosts = draw(
        st.lists(LABELLED_HOSTS, max_size=4, unique_by=lambda host: (host.contact.host, host.contact.phase))
    )
    evidence = Evidence(
        captures=tuple(draw(st.lists(CAPTURES, max_size=4))),
        cookies=tuple(seen for cookie in cookies for seen in cookie.observations),
        hosts=tuple(host.contact for host in hosts),
        gaps=tuple(draw(st.lists(GAPS, max_size=2))),
        storage=tuple(seen for item in items for seen in item.observations),
        pages=tuple(draw(st.lists(PAGES, max_size=4))),
    )
    return LabelledEvidence(
        evidence=evidence,
        site="shop.example",
        cookies=tuple(sorted(cookies, key=lambda cookie: cookie.key)),
        data_version="2026.1",
        storage=tuple(sorted(items, key=lambda item: item.key)),
        hosts=tuple(sorted(hosts, key=lambda host: (host.contact.host, _order(host.contact.phase)))),
        declaration=draw(st.none() | DECLARATIONS),
    )


FINDING_ITEMS = st.builds(
    FindingItem,
    subject=NAMES,
    detail=WORDS,
    phase=st.none() | PHASES,
    url=st.none() | URLS,
    observed_at=MOMENTS,
    initiator=INITIATORS,
)


def findings(rule_ids: st.SearchStrategy[str]) -> st.SearchStrategy[Finding]:
    """An answer of one of these rules; what was found stands in items, as it does in real ones."""
    return st.builds(
        _finding,
        rule_ids,
        st.sampled_from(Outcome),
        st.sampled_from(Severity),
        st.lists(FINDING_ITEMS, min_size=1, max_size=6).map(tuple),
    )


def _finding(rule_id: str, outcome: Outcome, severity: Severity, items: tuple[FindingItem, ...]) -> Finding:
    return Finding(
        rule_id=rule_id,
        rule_version="1",
        outcome=outcome,
        severity=severity,
        summary=f"{rule_id} says {outcome}.",
        items=items if outcome in (Outcome.FAIL, Outcome.WARN) else (),
    )


def _order(phase: ConsentPhase) -> int:
    return list(ConsentPhase).index(phase)
