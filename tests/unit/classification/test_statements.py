"""What users may say about cookies, in words and in files."""

from __future__ import annotations

import json

import pytest

from scanjobs.classification.statements import as_mapping, read_statements, statement
from scanjobs.domain.purposes import Category, Exemption
from scanjobs.errors import CookieDataError, UsageError
from tests.factories import NOON


def said(name="shop_track", **changes):
    return statement(**{"name": name, "category": "analytics", "created_at": NOON} | changes)


def test_domains_and_sites_are_kept_as_they_are_compared():
    one = said(domain=".WWW.Bücher.example", site="https://www.Shop.co.uk/cart?x=1")

    assert (one.domain, one.site) == ("www.xn--bcher-kva.example", "shop.co.uk")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": " "}, "names no cookie"),
        ({"name": "*"}, "names no cookie"),
        ({"name": "a\x00"}, "cannot be printed"),
        ({"vendor": "V\ud800"}, "cannot be printed"),
        ({"reason": "a\x1b[31m"}, "cannot be printed"),
        ({"name": "a*b"}, "names no cookie"),
        ({"category": "unclassified"}, "no category a user can give"),
        ({"category": "ads"}, "no category a user can give"),
        ({"category": None}, "Nothing is said about shop_track"),
        ({"category": None, "vendor": "  "}, "Nothing is said about shop_track"),
        ({"exempt": True}, "Why shop_track is exempt is not said"),
        ({"exempt": False, "reason": " "}, "Why shop_track is not exempt is not said"),
        ({"domain": "a b"}, "names no domain"),
        ({"domain": ""}, "names no domain"),
        ({"site": "?"}, "names no site"),
    ],
)
def test_what_has_no_meaning_is_refused(changes, told):
    with pytest.raises(UsageError, match=told) as refused:
        said(**changes)

    assert refused.value.hint


@pytest.fixture
def file(tmp_path):
    def write(text, name="said.toml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


TOML = """
[[cookie]]
name = "shop_*"
domain = ".shop.example"
site = "www.shop.example"
category = "analytics"
vendor = "Shop Ltd"
exempt = false
reason = "Counts visits."

[[cookie]]
name = "_x"
exempt = true
reason = "Holds the cart."
"""


def test_a_file_says_the_same_as_the_command(file):
    first, second = read_statements(file(b"\xef\xbb\xbf" + TOML.encode()), NOON)

    assert first == said(
        "shop_*",
        domain="shop.example",
        site="shop.example",
        vendor="Shop Ltd",
        exempt=False,
        reason="Counts visits.",
    )
    assert (second.category, second.exemption, second.site) == (None, Exemption.EXEMPT, None)


def test_what_list_prints_can_be_imported_again(file):
    statements = [said(), said("_x", category=None, exempt=True, reason="Why not", site="shop.example")]
    written = json.dumps([as_mapping(one) for one in statements], indent=2)

    assert read_statements(file(written, "said.json"), NOON) == statements


def test_an_object_with_the_list_will_do(file):
    (one,) = read_statements(file('{"cookie": [{"name": "a1", "category": "marketing"}]}'), NOON)

    assert one.category is Category.MARKETING


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no list of cookies"),
        ("[]", "says nothing about any cookie"),
        ("cookie = 1", "no list of cookies"),
        ("[cookie]\nname = 'a'", "no list of cookies"),
        ("{", "not valid JSON"),
        ("[[cookie]", "not valid TOML"),
        (b"\xff\xfe", "not text in UTF-8"),
        ("[[cookies]]\nname = 'a'", "holds 'cookies', which means nothing"),
        ("[[cookie]]\nname = 'a'\ncategorie = 'marketing'", "Cookie 1 in .* holds 'categorie'"),
        ("[[cookie]]\ncategory = 'marketing'", "Cookie 1 in .*names no cookie"),
        ("[[cookie]]\nname = 1\ncategory = 'marketing'", "a name that is no text"),
        ("[[cookie]]\nname = 'a'\nexempt = 'yes'", "neither true nor false"),
        ("[[cookie]]\nname = 'a'\nexempt = true", "Why a is exempt is not said"),
        (
            "[[cookie]]\nname = 'a'\nvendor = 'A'\n\n[[cookie]]\nname = 'a'\nvendor = 'B'",
            "Cookie 2 in .* again",
        ),
        ('[{"name": "a", "vendor": "A"}, 7]', "Cookie 2 in .* is not a table"),
    ],
)
def test_a_file_with_something_wrong_is_refused_whole(file, text, told):
    with pytest.raises(CookieDataError, match=told):
        read_statements(file(text), NOON)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(CookieDataError, match="cannot be read"):
        read_statements(tmp_path / "no.toml", NOON)
