"""A scan with as many cookies as one likes, in three phases, as large sites have them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from scanjobs import __version__, rules
from scanjobs.domain.cookies import (
    ConsentPhase,
    CookieKey,
    CookieOrigin,
    ObservedCookie,
    Party,
    SameSite,
    ValueFingerprint,
)
from scanjobs.domain.evidence import Capture, RuleInput
from scanjobs.domain.ids import new_id
from scanjobs.domain.labels import Label, LabelledCookie, LabelSource
from scanjobs.domain.purposes import Category, Exemption
from scanjobs.domain.scans import ScanRecord

PHASES = (ConsentPhase.BEFORE, ConsentPhase.ACCEPTED, ConsentPhase.REJECTED)
THE_MOMENT = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
DAY = 86_400
INPUTS = frozenset({RuleInput.COOKIES, RuleInput.COOKIE_ATTRIBUTES, RuleInput.SET_COOKIE, RuleInput.REQUESTS})


def scan_of(count: int, are_different: bool = False, *, judged: bool = False) -> ScanRecord:
    """A scan whose texts repeat as those of real sites do, or of which every text differs.

    A `judged` one has what the rules say of it.
    """
    pick: Callable[[int, int], int] = (lambda at, of: at) if are_different else (lambda at, of: at % of)
    scan = ScanRecord(
        id=new_id(),
        site="shop.example",
        page_url="https://shop.example/",
        profile="eu",
        created_at=THE_MOMENT,
        captured_at=THE_MOMENT,
        tool_version=__version__,
        data_version="1",
        values_kept=False,
        complete=True,
        captures=tuple(_capture(phase) for phase in PHASES),
        cookies=tuple(_cookie(at, pick) for at in range(count)),
        hosts=(),
        gaps=(),
        findings=(),
    )
    return replace(scan, findings=rules.evaluate(scan.labelled, "eu")) if judged else scan


def _cookie(at: int, pick: Callable[[int, int], int]) -> LabelledCookie:
    domain = f"host{pick(at, 40)}.example"
    key = CookieKey(name=f"cookie_{pick(at, 5000)}", domain=domain, path=f"/{at // 5000}")
    is_session = at % 4 == 0
    seen = tuple(
        ObservedCookie(
            key=key,
            phase=phase,
            origin=CookieOrigin.SET_COOKIE,
            host_only=True,
            secure=True,
            http_only=at % 2 == 0,
            same_site=SameSite.LAX,
            partitioned=False,
            is_session=is_session,
            expires_at=None,
            lifetime_seconds=None if is_session else DAY * (1 + pick(at, 500)),
            value=ValueFingerprint(sha256="ab" * 32, length=pick(at, 64), shape="hex"),
            kept_value=None,
            raw_set_cookie=f"{key.name}=<{pick(at, 64)} characters>; Path={key.path}; Secure; SameSite=Lax",
            first_url=f"https://{domain}/page/{pick(at, 17)}",
            scheme="https",
            observed_at=THE_MOMENT + timedelta(seconds=pick(at, 60)),
        )
        for phase in PHASES[: 1 + at % 3]
    )
    label = Label(
        category=list(Category)[at % 5],
        vendor=f"Vendor {pick(at, 60)}",
        source=LabelSource.NAME,
        confidence=0.9,
        exemption=list(Exemption)[at % 3],
        exemption_reason="Nobody has judged this cookie yet.",
    )
    return LabelledCookie(
        key=key, party=Party.THIRD if at % 3 else Party.FIRST, label=label, observations=seen
    )


def _capture(phase: ConsentPhase) -> Capture:
    return Capture(
        file_name=f"{phase}.har",
        sha256="cd" * 32,
        size=48_213,
        format="har",
        phase=phase,
        tool=None,
        tool_version=None,
        captured_at=THE_MOMENT,
        page_url="https://shop.example/",
        entries=12,
        complete=True,
        inputs=INPUTS,
    )
