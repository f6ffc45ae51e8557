"""What a site says about its cookies, in the formats people have it in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanjobs.domain.declared import DeclaredType
from scanjobs.domain.purposes import Category
from scanjobs.errors import CaptureError, TruncatedCaptureError
from scanjobs.scanner.declarations import formats, is_declaration, read_declaration

FOLDER = Path(__file__).parents[2] / "data" / "declarations"
DATA = FOLDER.parent


def rows(file):
    """Each line as `name @domain: category, lifetime in days or session, type`."""
    shown = []
    for line in file.cookies:
        lived = {True: "session", False: "kept", None: "?"}[line.is_session]
        if line.lifetime_seconds is not None:
            lived = f"{line.lifetime_seconds / 86_400:.5g} d"
        name = f"{line.name}{' (pattern)' if line.is_pattern else ''}"
        shown.append(f"{name} @{line.domain or 'any'}: {line.category or '?'}, {lived}, {line.type}")
    return shown


def test_a_table():
    """Names with placeholders, several names in a cell; what could not be read is counted."""
    file = read_declaration(FOLDER / "plain.csv")

    assert rows(file) == [
        "session @www.shop.example: necessary, session, cookie",
        "_ga @shop.example: analytics, 395.42 d, cookie",
        "_ga_* (pattern) @shop.example: analytics, 395.42 d, cookie",
        "_hjSession_xxx (pattern) @any: analytics, 365 d, cookie",
        "_hjid @any: analytics, 365 d, cookie",
        "theme @any: functional, kept, local_storage",
        "uid @ads.example: marketing, 730 d, cookie",
        "odd @any: ?, ?, unknown",
    ]
    assert file.skipped == (
        ("line that says the same once more", 1),
        ("line whose name is nothing but placeholders", 1),
        ("line without the name of a cookie", 1),
    )
    assert (file.format, file.tool, file.domain) == ("csv", None, None)
    odd = file.cookies[-1]
    assert (odd.category_words, odd.duration_words, odd.purpose, odd.provider) == (
        "Whatever",
        "some time",
        "Odd",
        "Odd",
    )


def test_a_table_of_a_spreadsheet():
    """Mark, `sep=`, a title, semicolons, another order and language, days in the heading, lines in cells."""
    file = read_declaration(FOLDER / "german.csv")

    assert rows(file) == [
        "_pk_id.# (pattern) @any: analytics, 393 d, cookie",
        "consent @any: necessary, 182.5 d, cookie",
        "fr @any: marketing, 90 d, pixel",
    ]
    assert file.cookies[1].purpose == "Merkt sich die Wahl"


def test_a_table_that_is_no_utf_8():
    file = read_declaration(FOLDER / "french-1252.tsv")

    assert rows(file) == [
        "session @any: necessary, session, unknown",
        "_fbp @any: marketing, 91.25 d, unknown",
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_encodings(tmp_path, encoding):
    """As a table is stored by different programs."""
    path = tmp_path / "a.csv"
    path.write_bytes("Cookie,Purpose\nsession,Zählt\n".encode(encoding))

    assert read_declaration(path).cookies[0].purpose == "Zählt"


def test_tables_of_cookiebot():
    """Strings of JavaScript, markup, how many hosts; a provider that is a host is the domain."""
    file = read_declaration(FOLDER / "cc.js")

    assert rows(file) == [
        "CookieConsent @any: necessary, 365 d, cookie",
        "session @shop.example: necessary, session, cookie",
        "_ga @any: analytics, 730 d, cookie",
        "_ga_# (pattern) @shop.example: analytics, 730 d, cookie",
        "pagead/1p-user-list/# (pattern) @google.com: marketing, session, pixel",
        "lastSeen @ads.example: marketing, kept, local_storage",
        "mystery @shop.example: unclassified, session, cookie",
    ]
    assert [line.purpose for line in file.cookies[:2]] == [
        "Stores the visitor's choice",
        'Keeps "the" basket',
    ]
    assert file.cookies[2].provider == "Google"
    assert file.skipped == (("row of a table that could not be read", 1),)
    assert (file.tool, file.declared_at) == ("Cookiebot", datetime(2026, 3, 1, 10, tzinfo=UTC))


def test_a_script_that_is_cut(tmp_path):
    """Refused, unless there is leave to salvage."""
    text = (FOLDER / "cc.js").read_text()
    path = tmp_path / "cc.js"
    path.write_text(text[: text.index("lastSeen") + 20])

    with pytest.raises(TruncatedCaptureError, match="5 lines of it could be read"):
        read_declaration(path)
    assert len(read_declaration(path, salvage=True).cookies) == 5


def test_groups_of_onetrust():
    """By the name visitors read, else by OneTrust's own number, else by the group above; lengths in days."""
    file = read_declaration(FOLDER / "onetrust.json")

    assert rows(file) == [
        "OptanonConsent @shop.example: necessary, 365 d, cookie",
        "session @www.shop.example: necessary, session, cookie",
        "_gaxxxxxxxxxx (pattern) @shop.example: analytics, 400 d, cookie",
        "uid @ads.example: marketing, ?, cookie",
    ]
    assert file.cookies[3].provider == "Ads Ltd"
    assert file.cookies[2].category_words == "Vores egne ord"
    assert file.skipped == (("line without the name of a cookie", 1),)


def test_cut_json(tmp_path):
    text = (FOLDER / "onetrust.json").read_text()
    path = tmp_path / "en.json"
    path.write_text(text[: text.index('"Under"')])

    with pytest.raises(TruncatedCaptureError):
        read_declaration(path)
    assert len(read_declaration(path, salvage=True).cookies) == 3


def test_formats():
    assert formats() == ("onetrust", "cookiebot", "csv")


@pytest.mark.parametrize(
    "path",
    [
        *sorted((DATA / "har").glob("*.har")),
        *sorted((DATA / "lists").glob("*.*")),
        *sorted((DATA / "inspections").glob("*.json")),
    ],
    ids=lambda path: path.name,
)
def test_captures_are_no_declarations(path):
    assert not is_declaration(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("name,category\n", "declares no cookie."),
        ("name,category\n,x\n", "declares no cookie: 1 × line without the name of a cookie."),
        ('{"DomainData": {}}', "holds no groups of cookies of OneTrust"),
        ("var CookieConsentDialog = {};", "without a table of cookies"),
        (
            "name,domain,value_sha256,http_only\na,b.example,ff,true\n",
            "lists cookies that were observed, not declared: it has a column http_only",
        ),
        ("nothing at all", "is no declaration that is known"),
    ],
)
def test_files_that_declare_nothing(tmp_path, content, words):
    (tmp_path / "a").write_text(content)

    with pytest.raises(CaptureError, match=words) as error:
        read_declaration(tmp_path / "a")
    assert error.value.hint


@pytest.mark.parametrize(
    "wrong", ["null", "7", "1e999", '"x"', "[]", "{}", "[[]]", "[{}]", '{"a": []}', "true", "-1", "9" * 5000]
)
@pytest.mark.parametrize("member", ["Name", "Host", "IsSession", "Length", "DurationType", "description"])
def test_members_of_any_type(tmp_path, member, wrong):
    """A member of another type is as if it were not there."""
    cookie = {"Name": '"a"', "Host": '"shop.example"', "IsSession": "false", "Length": '"30"', member: wrong}
    members = ", ".join(f'"{name}": {value}' for name, value in cookie.items())
    path = tmp_path / "en.json"
    path.write_text(
        f'{{"DomainData": {{"Groups": [{{"FirstPartyCookies": [{{{members}}}, {{"Name": "b"}}]}}]}}}}'
    )

    assert read_declaration(path).cookies[-1].name == "b"


def test_categories_are_read_as_declared():
    """Where a category means nothing to us, that is not the same as unclassified."""
    file = read_declaration(FOLDER / "plain.csv")

    assert [line.category for line in file.cookies[-2:]] == [Category.MARKETING, None]
    assert file.cookies[-1].type is DeclaredType.UNKNOWN
