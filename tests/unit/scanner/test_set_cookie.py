"""Set-Cookie as draft-ietf-httpbis-rfc6265bis section 5 reads it, with what an auditor sees differently."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scanjobs.domain.cookies import SameSite
from scanjobs.scanner.set_cookie import (
    LATEST,
    CookieRefusedError,
    Refusal,
    Scope,
    SetCookie,
    default_path,
    domain_matches,
    parse_set_cookie,
    path_matches,
    scope_of,
    without_value,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TOMORROW = "Tue, 03 Mar 2026 12:00:00 GMT"


def refusal_of(line: str, host: str = "www.shop.example") -> Refusal:
    with pytest.raises(CookieRefusedError) as refused:
        scope_of(parse_set_cookie(line), host, "/")
    return refused.value.refusal


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("a=b", "a", "b"),
        ("a=b;", "a", "b"),
        ("  a \t=\t b  ; Path=/", "a", "b"),
        ("a=b=c", "a", "b=c"),
        ("a=", "a", ""),
        ("=b", "", "b"),
        ("b", "", "b"),
        ("b; Secure", "", "b"),
        ('a="b c"', "a", '"b c"'),
        ("a=x\ty", "a", "x\ty"),
        ("a\xa0=b\xa0", "a\xa0", "b\xa0"),
        ("ключ=значение", "ключ", "значение"),
    ],
)
def test_name_and_value(line, name, value):
    """The pair ends at the first semicolon, the name at the first equals sign; blanks are trimmed."""
    cookie = parse_set_cookie(line)

    assert (cookie.name, cookie.value) == (name, value)


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        ("a=b\x00c", Refusal.CONTROL_CHARACTERS),
        ("a=b; Path=/\x7f", Refusal.CONTROL_CHARACTERS),
        ("a=b\rc", Refusal.CONTROL_CHARACTERS),
        ("", Refusal.EMPTY),
        ("=", Refusal.EMPTY),
        (" ; Secure", Refusal.EMPTY),
        ("a=" + "x" * 4096, Refusal.TOO_LARGE),
        ("a=" + "é" * 2048, Refusal.TOO_LARGE),
        ("__Host-a", Refusal.HIDDEN_PREFIX),
        ("=__SECURE-a=b", Refusal.HIDDEN_PREFIX),
    ],
)
def test_lines_that_give_no_cookie(line, refusal):
    """A line is ignored entirely, and why is told."""
    assert refusal_of(line) is refusal


def test_largest_pair():
    """4096 octets of name and value are still stored."""
    assert len(parse_set_cookie("a=" + "x" * 4095).value) == 4095


def test_attributes_in_any_case_and_order():
    """Names of attributes are compared without case, unknown ones are left alone."""
    cookie = parse_set_cookie(
        "a=b;SECURE; httponly=yes; SameSite=sTrIcT;Partitioned; domain=.Shop.Example ;PATH= /x ; Foo=bar; =; "
    )

    assert cookie == SetCookie(
        name="a",
        value="b",
        domain="shop.example",
        path="/x",
        secure=True,
        http_only=True,
        same_site=SameSite.STRICT,
        partitioned=True,
    )


def test_the_last_attribute_wins():
    """Of two that say different things, the later is meant; an empty Domain then means the host alone."""
    cookie = parse_set_cookie(
        "a=b; Path=/x; Path=/y; SameSite=Lax; SameSite=odd; Domain=shop.example; Domain="
    )

    assert (cookie.path, cookie.same_site, cookie.domain) == ("/y", SameSite.UNSPECIFIED, "")


def test_attribute_values_of_more_than_1024_octets_are_ignored():
    """1024 octets are read, one more is as if it were not there."""
    fits, too_long = "/" + "x" * 1023, "/" + "y" * 1024

    assert parse_set_cookie(f"a=b; Path={fits}; Path={too_long}").path == fits


@pytest.mark.parametrize(
    ("text", "same_site"),
    [
        ("None", SameSite.NONE),
        ("LAX", SameSite.LAX),
        ("strict", SameSite.STRICT),
        ("", SameSite.UNSPECIFIED),
        ("unspecified", SameSite.UNSPECIFIED),
        ("Sometimes", SameSite.UNSPECIFIED),
    ],
)
def test_same_site(text, same_site):
    """Three words are known."""
    assert parse_set_cookie(f"a=b; SameSite={text}").same_site is same_site


@pytest.mark.parametrize(
    ("attributes", "max_age"),
    [
        ("Max-Age=60", 60),
        ("Max-Age=-1", -1),
        ("Max-Age=0", 0),
        ("Max-Age=007", 7),
        ("Max-Age=", None),
        ("Max-Age=+60", None),
        ("Max-Age=60s", None),
        ("Max-Age=6.0", None),
        ("Max-Age=-", None),
        ("Max-Age=٦٠", None),
        ("Max-Age=60; Max-Age=soon", 60),
        ("Max-Age=60; Max-Age=70", 70),
    ],
)
def test_max_age(attributes, max_age):
    """Digits, or a minus and digits; anything else is ignored."""
    assert parse_set_cookie(f"a=b; {attributes}").max_age == max_age


@pytest.mark.parametrize(
    ("attributes", "lifetime", "ends_at"),
    [
        ("", None, None),
        (f"Expires={TOMORROW}", 86400, NOON + timedelta(days=1)),
        (f"Max-Age=60; Expires={TOMORROW}", 60, NOON + timedelta(seconds=60)),
        (f"Expires={TOMORROW}; Max-Age=later", 86400, NOON + timedelta(days=1)),
        (f"Expires={TOMORROW}; Expires=whenever", 86400, NOON + timedelta(days=1)),
        ("Expires=whenever", None, None),
        ("Max-Age=63072000", 63072000, NOON + timedelta(days=730)),
    ],
)
def test_lifetime_is_what_the_response_asked_for(attributes, lifetime, ends_at):
    """Max-Age wins over Expires, and the 400 days of browsers do not shorten what the rules must see."""
    cookie = parse_set_cookie(f"a=b; {attributes}")

    assert (cookie.lifetime_seconds(NOON), cookie.expires_at(NOON)) == (lifetime, ends_at)
    assert cookie.is_session is (lifetime is None)


def test_lifetime_without_a_time_of_receipt():
    """An Expires date stands alone, a Max-Age is known without a moment it ends."""
    dated, aged = parse_set_cookie(f"a=b; Expires={TOMORROW}"), parse_set_cookie("a=b; Max-Age=60")

    assert (dated.lifetime_seconds(None), dated.expires_at(None)) == (None, NOON + timedelta(days=1))
    assert (aged.lifetime_seconds(None), aged.expires_at(None)) == (60, None)


def test_lifetime_beyond_all_calendars():
    """A Max-Age of a thousand digits ends with the year 9999."""
    cookie = parse_set_cookie("a=b; Max-Age=" + "9" * 1000)

    assert LATEST - timedelta(seconds=2) < cookie.expires_at(NOON) <= LATEST
    assert cookie.lifetime_seconds(NOON) < 2**63


@pytest.mark.parametrize(
    ("attributes", "received_at", "is_deletion"),
    [
        ("Max-Age=0", NOON, True),
        ("Max-Age=-5", None, True),
        (f"Max-Age=0; Expires={TOMORROW}", NOON, True),
        (f"Expires={TOMORROW}", NOON, False),
        (f"Expires={TOMORROW}", NOON + timedelta(days=1), True),
        (f"Expires={TOMORROW}", None, False),
        ("Expires=Thu, 01 Jan 1970 00:00:00 GMT", None, True),
        ("Max-Age=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", NOON, False),
        ("", NOON, False),
    ],
)
def test_deletions(attributes, received_at, is_deletion):
    """No time left, or a date that has passed, takes a cookie away."""
    assert parse_set_cookie(f"a=b; {attributes}").is_deletion(received_at) is is_deletion


@pytest.mark.parametrize(
    ("host", "line", "scope"),
    [
        ("www.shop.example", "a=b", Scope(domain="www.shop.example", host_only=True, path="/")),
        ("www.shop.example", "a=b; Domain=", Scope(domain="www.shop.example", host_only=True, path="/")),
        ("www.shop.example", "a=b; Domain=.", Scope(domain="www.shop.example", host_only=True, path="/")),
        (
            "www.shop.example",
            "a=b; Domain=.shop.example",
            Scope(domain="shop.example", host_only=False, path="/"),
        ),
        ("shop.example", "a=b; Domain=SHOP.example", Scope(domain="shop.example", host_only=False, path="/")),
        # A public suffix may set a cookie for itself alone.
        ("github.io", "a=b; Domain=github.io", Scope(domain="github.io", host_only=True, path="/")),
        ("localhost", "a=b; Domain=localhost", Scope(domain="localhost", host_only=True, path="/")),
        ("192.0.2.7", "a=b; Domain=192.0.2.7", Scope(domain="192.0.2.7", host_only=False, path="/")),
        ("2001:db8::1", "a=b; Domain=[2001:db8::1]", Scope(domain="2001:db8::1", host_only=False, path="/")),
    ],
)
def test_scope(host, line, scope):
    """Without a Domain the cookie is the host's alone."""
    assert scope_of(parse_set_cookie(line), host, "/") == scope


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        ("a=b; Domain=bank.example", Refusal.FOREIGN_DOMAIN),
        ("a=b; Domain=img.www.shop.example", Refusal.FOREIGN_DOMAIN),
        ("a=b; Domain=op.example", Refusal.FOREIGN_DOMAIN),
        ("a=b; Domain=..shop.example", Refusal.FOREIGN_DOMAIN),
        ("a=b; Domain=shöp.example", Refusal.FOREIGN_DOMAIN),
        ("a=b; Domain=example", Refusal.PUBLIC_SUFFIX),
        ("a=b; Domain=co.uk", Refusal.PUBLIC_SUFFIX),
    ],
)
def test_cookies_of_somebody_else(line, refusal):
    """A host sets cookies for itself and what lies above it, up to what somebody registered."""
    assert refusal_of(line) is refusal


@pytest.mark.parametrize(
    "line",
    [
        "__Host-a=b; Domain=shop.example",
        "__Secure-a=b",
        "a=b; SameSite=None",
        "a=b; Partitioned",
    ],
)
def test_what_browsers_refuse_for_its_attributes_is_read(line):
    """Rules judge it, so it must reach them."""
    assert parse_set_cookie(line).secure is False


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("", "/"),
        ("x", "/"),
        ("/", "/"),
        ("/x", "/"),
        ("/x/", "/x"),
        ("/x/y", "/x"),
        ("/x/y/z.html", "/x/y"),
        ("//x", "/"),
    ],
)
def test_default_path(path, folder):
    """Up to the last slash, without it."""
    assert default_path(path) == folder


@pytest.mark.parametrize("path", ["", "x", "relative/path"])
def test_a_path_that_does_not_begin_with_a_slash_is_none(path):
    """The folder of the request takes its place."""
    assert scope_of(parse_set_cookie(f"a=b; Path={path}"), "shop.example", "/shop/cart").path == "/shop"


@pytest.mark.parametrize(
    ("host", "domain", "matches"),
    [
        ("shop.example", "shop.example", True),
        ("www.shop.example", "shop.example", True),
        ("WWW.Shop.Example", "shop.example", True),
        ("myshop.example", "shop.example", False),
        ("shop.example", "www.shop.example", False),
        ("192.0.2.7", "0.2.7", False),
        ("192.0.2.7", "192.0.2.7", True),
        ("bücher.example", "xn--bcher-kva.example", True),
    ],
)
def test_domain_match(host, domain, matches):
    """The same, or below it by whole labels, and never for addresses."""
    assert domain_matches(host, domain) is matches


@pytest.mark.parametrize(
    ("request_path", "cookie_path", "matches"),
    [
        ("/", "/", True),
        ("/shop", "/", True),
        ("/shop", "/shop", True),
        ("/shop/cart", "/shop", True),
        ("/shop/cart", "/shop/", True),
        ("/shopping", "/shop", False),
        ("/", "/shop", False),
        ("/shop", "/shop/", False),
    ],
)
def test_path_match(request_path, cookie_path, matches):
    """The same, or below it by whole folders."""
    assert path_matches(request_path, cookie_path) is matches


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("id=secret; Path=/; Secure", "id=<6 characters>; Path=/; Secure"),
        ("id=; Path=/", "id=<0 characters>; Path=/"),
        ("secret", "<6 characters>"),
        (" id = secret ;Path=/", "id=<6 characters>;Path=/"),
        ("id=a;anna@mail.example; Max-Age=1;", "id=<1 characters>; <17 characters>; Max-Age=1;"),
        ("id=a; =secret@mail.example; Path=/", "id=<1 characters>; <20 characters>; Path=/"),
        ("id=a; = ;;  ; Path=/", "id=<1 characters>; <1 characters>;;  ; Path=/"),
        (
            "id=a; secure=anna; HttpOnly = x=y; Partitioned",
            "id=<1 characters>; secure; HttpOnly ; Partitioned",
        ),
    ],
)
def test_lines_are_shown_without_their_value(line, shown):
    """Nothing that may be part of a value is kept."""
    assert without_value(line) == shown


LINES = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            ("=", ";", "a=b", "; Max-Age=", "; Expires=", "; Domain=", "; Path=/", ".", TOMORROW, "9")
        ),
    ),
    max_size=12,
).map("".join)


@given(
    LINES,
    st.text(max_size=20),
    st.text(max_size=20),
    st.none() | st.datetimes().map(lambda m: m.replace(tzinfo=UTC)),
)
@example("a=b; Max-Age=" + "9" * 1024, "shop.example", "/", datetime.max.replace(tzinfo=UTC))
@example("a=b; Expires=31 Dec 9999 23:59:59", "shop.example", "/", datetime.min.replace(tzinfo=UTC))
@example("a=b; Domain=a..b", "a..b", "", None)
def test_no_line_raises_anything_but_a_refusal(line, host, path, received_at):
    """Whatever a server sends, the answer is a cookie or a reason."""
    without_value(line)
    try:
        cookie = parse_set_cookie(line)
        scope = scope_of(cookie, host, path)
    except CookieRefusedError:
        return

    assert scope.path.startswith("/")
    assert cookie.is_session is (cookie.expires is None and cookie.max_age is None)
    lifetime = cookie.lifetime_seconds(received_at)
    assert lifetime is None or abs(lifetime) < 2**63 or cookie.is_deletion(received_at)
    cookie.expires_at(received_at)
