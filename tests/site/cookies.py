"""Every cookie of the shop: what is sent, by whom, and what a browser keeps of it in each phase.

Values never change, so two visits differ in their times only. Some cookies break a rule on purpose; the
comment says which.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from scanjobs.domain.cookies import ConsentPhase

SHOP = "www.harbour-lamps.example"
TAGS = "tags.harbour-lamps.example"
ADS = "ads.brightbanner.example"
STATS = "stats.countwell.example"
FONTS = "cdn.fontstall.example"
HOSTS = (SHOP, TAGS, ADS, STATS, FONTS)

DAY = 86_400

# The shop itself, on every page.
SESSION = "PHPSESSID=4f1c0a9be27d53886f1d; Path=/; HttpOnly; Secure; SameSite=Lax"

# The shop, once the visitor agreed.
LANGUAGE = f"pll_language=en; Path=/; Max-Age={365 * DAY}; SameSite=Lax"  # no Secure: S03
PREFERENCE = f"hl_pref_x=warm-2700; Path=/; Max-Age={180 * DAY}; Secure; SameSite=Lax"  # nobody knows it: D04
VIEWED = "__Host-viewed=quay; Domain=harbour-lamps.example; Path=/; Secure; SameSite=Lax"  # has a Domain: S02

# The tag host, which is the shop's own.
CHOICE = (
    "CookieConsent={choice}; Domain=harbour-lamps.example; Path=/; "
    f"Max-Age={365 * DAY}; Secure; SameSite=Lax"
)
ANALYTICS = (
    # Two years are more than browsers grant: L04. `_gcl_au` has no SameSite: S05.
    f"_ga=GA1.1.1046821733.1700000000; Domain=harbour-lamps.example; Path=/; Max-Age={730 * DAY}; "
    "Secure; SameSite=Lax",
    f"_gid=GA1.1.590114623.1700000000; Domain=harbour-lamps.example; Path=/; Max-Age={DAY}; "
    "Secure; SameSite=Lax",
    f"_fbp=fb.1.1700000000000.738201954; Domain=harbour-lamps.example; Path=/; Max-Age={90 * DAY}; "
    "Secure; SameSite=Lax",
    f"_gcl_au=1.1.817263540.1700000000; Domain=harbour-lamps.example; Path=/; Max-Age={90 * DAY}; Secure",
)

# The third parties.
AD_EARLY = (
    f"uuid2=5390172846; Path=/; Max-Age={90 * DAY}; SameSite=None"  # no Secure, so browsers refuse it: S01
)
AD = f"IDE=AHWqTUm4b2Xc9fK1; Path=/; Max-Age={395 * DAY}; HttpOnly; Secure; SameSite=None"
COUNT = (
    f"_pk_id.4.9f3c=8c1d02ab77e3f640.1700000000.; Path=/; Max-Age={393 * DAY}; "
    "Secure; SameSite=None; Partitioned"
)
GUARD = "__cf_bm=Q2x0b3VkLWd1YXJk; Path=/; Max-Age=1800; HttpOnly; Secure; SameSite=None"


def balancer(now: datetime | None = None) -> str:
    """The load balancer's cookie, renewed by every page: a date, no Secure (S03), no SameSite (S05)."""
    expires = (now or datetime.now(UTC)) + timedelta(days=7)
    return f"AWSALB=k3TzL0pQ; Expires={format_datetime(expires, usegmt=True)}; Path=/"


_FIRST_PARTY = ".harbour-lamps.example"
_BEFORE = {
    ("AWSALB", SHOP),
    ("PHPSESSID", SHOP),
    ("__cf_bm", FONTS),
    ("_ga", _FIRST_PARTY),  # written by a script that did not wait for the choice: C01
}

JAR: dict[ConsentPhase, set[tuple[str, str]]] = {
    ConsentPhase.BEFORE: _BEFORE,
    ConsentPhase.ACCEPTED: _BEFORE
    | {
        ("CookieConsent", _FIRST_PARTY),
        ("IDE", ADS),
        ("_fbp", _FIRST_PARTY),
        ("_gcl_au", _FIRST_PARTY),
        ("_gid", _FIRST_PARTY),
        ("_pk_id.4.9f3c", STATS),
        ("hl_pref_x", SHOP),
        ("pll_language", SHOP),
    },
    ConsentPhase.REJECTED: _BEFORE
    | {
        ("CookieConsent", _FIRST_PARTY),
        ("IDE", ADS),  # set although the visitor said no: C04
    },
}
"""Name and domain of what a browser holds after the visit; a leading dot where subdomains get it too."""

REFUSED = {"uuid2", "__Host-viewed"}
"""Names that are sent and that no browser keeps."""
