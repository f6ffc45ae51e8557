"""What all lists of cookies have in common: which importer knows them, what is refused, what stays inside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanjobs.domain.evidence import GapKind
from scanjobs.errors import CaptureError, TruncatedCaptureError
from scanjobs.scanner.importers import IMPORTERS, collect
from scanjobs.scanner.importers.file_kinds import read_head
from scanjobs.scanner.source import CaptureTarget

DATA = Path(__file__).parents[2] / "data"
LISTS = sorted((DATA / "lists").iterdir())
CAPTURES = sorted((DATA / "har").iterdir())
FORMATS = ("storage-state", "cdp", "cookie-editor", "netscape")
JSON_LISTS = [path for path in LISTS if path.suffix == ".json" and "nothing" not in path.name]


@pytest.mark.parametrize("path", [*LISTS, *CAPTURES], ids=lambda path: path.name)
def test_at_most_one_importer_knows_a_file(path):
    """Their order says nothing then; lists are known by one each."""
    head = read_head(path)

    knowing = [importer.format for importer in IMPORTERS if importer.matches(head)]

    assert len(knowing) == 1 if path in LISTS else len(knowing) <= 1


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name)
def test_values_stay_in_this_room(path, listed):
    """Only fingerprints leave it, unless the user opted in."""
    evidence = listed(path.name)

    assert {one.kept_value for one in (*evidence.cookies, *evidence.storage)} <= {None}
    assert all(one.kept_value is not None for one in listed(path.name, keep_values=True).cookies)


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name)
def test_no_list_tells_when_it_was_read(path, listed):
    """Not the file's own time either, which copying changes."""
    evidence = listed(path.name)

    assert evidence.captures[0].captured_at is None
    assert {(one.observed_at, one.lifetime_seconds) for one in evidence.cookies} <= {(None, None)}
    assert evidence.captures[0].third_party_cookies_work is None
    assert evidence.hosts == ()


def test_what_no_browser_keeps_is_counted(listed, rows):
    """By reason, in the words of the report; twice the same cookie is one."""
    evidence = listed("refused.json")

    assert rows(evidence) == [
        "address ::1 /: Secure unspecified session",
        "good www.shop.example /: Secure unspecified session",
        "idn xn--bcher-kva.example /: Secure unspecified session",
    ]
    assert {one.reason: one.count for one in evidence.captures[0].skipped} == {
        "cookie for a public suffix": 1,
        "cookie listed again under the same name, domain and path": 1,
        "cookie that ended before there were any": 1,
        "cookie with control characters": 1,
        "cookie with control characters in its path": 1,
        "cookie with more than 4096 octets of name and value": 1,
        "cookie with neither name nor value": 1,
        "cookie without a domain that could be read": 2,
        "cookie without a name that imitates a prefix": 1,
        "entry that could not be read": 3,
    }
    assert evidence.gaps[-1].detail == "3 of 16 entries could not be read."


@pytest.mark.parametrize("path", JSON_LISTS, ids=lambda path: path.name)
def test_truncated_lists(tmp_path, path):
    """Refused with the number of what is complete; with leave that is taken, and the scan says so."""
    content = path.read_bytes().rstrip()
    cut = tmp_path / "cut.json"
    cut.write_bytes(content[:-1])
    with pytest.raises(TruncatedCaptureError) as refused:
        collect(CaptureTarget(path=cut, salt=b""))

    evidence = collect(CaptureTarget(path=cut, salt=b"", salvage=True))

    entries = evidence.captures[0].entries
    assert (
        refused.value.message == f"cut.json ends early: {entries} entries are complete, the rest is missing."
    )
    assert "--salvage" in refused.value.hint
    assert not evidence.captures[0].complete
    assert evidence.gaps[0].kind is GapKind.TRUNCATED
    assert evidence.gaps[0].detail == f"The file is damaged after its entry {entries}; the rest is missing."


@pytest.mark.parametrize("path", JSON_LISTS, ids=lambda path: path.name)
def test_damaged_lists(tmp_path, path):
    """As truncated ones, with the place where they stop being JSON."""
    damaged = tmp_path / "damaged.json"
    damaged.write_bytes(path.read_bytes().rstrip()[:-1] + b"!")

    with pytest.raises(TruncatedCaptureError, match="is damaged before byte"):
        collect(CaptureTarget(path=damaged, salt=b""))


@pytest.mark.parametrize(
    ("format", "content", "message"),
    [
        ("storage-state", '{"cookies": [{"name"', "list ends before its first entry does."),
        ("cdp", '[{"name": !', "list is not valid JSON: it breaks before byte 11."),
        ("cookie-editor", '[{"name"', "list ends before its first entry does."),
        ("storage-state", "{}", "list is no storage state: it lists neither cookies nor origins."),
        ("cdp", '{"cookies": {}}', "list holds no list of cookies."),
        ("cookie-editor", '"text"', "list holds no list of cookies."),
        ("cdp", '[1, {"name": "a"}]', "None of the 2 entries of list is a cookie that can be read."),
        ("cookie-editor", '[{"domain": "a"}]', "None of the 1 entries of list is a cookie that can be read."),
        ("storage-state", '{"cookies": [[]]}', "None of the 1 entries of list is a cookie that can be read."),
    ],
)
def test_what_is_refused_even_with_leave(tmp_path, format, content, message):
    """Nothing can be taken from it; the sentence says why, the hint what to do."""
    path = tmp_path / "list"
    path.write_text(content)

    with pytest.raises(CaptureError) as refused:
        collect(CaptureTarget(path=path, salt=b"", salvage=True), format)

    assert refused.value.message == message
    assert refused.value.hint


@pytest.mark.parametrize("format", ["cdp", "cookie-editor"])
def test_an_empty_list_whose_format_is_named(tmp_path, format):
    """No cookies at all is something that can be seen."""
    path = tmp_path / "list.json"
    path.write_text("[]")

    assert collect(CaptureTarget(path=path, salt=b""), format).cookies == ()


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)


def or_junk(good: st.SearchStrategy) -> st.SearchStrategy:
    return good | good | good | junk


flags = st.booleans()
ends = (
    st.sampled_from(
        [-1, 0, 1, 1830297600, 1830297600.5, 253402300799, 1830297600000, 1e300, "1830297600", "x"]
    )
    | st.floats()
    | st.integers()
)
members = {
    "name": st.text(max_size=3),
    "value": st.text(max_size=3),
    "domain": st.sampled_from(
        [".shop.example", "a.shop.example", "co.uk", ".co.uk", "[::1]", "bücher.example"]
    )
    | st.text(max_size=3),
    "path": st.sampled_from(["/", "", "/a"]) | st.text(max_size=2),
    **dict.fromkeys(("expires", "expiry", "expirationDate"), ends),
    **dict.fromkeys(("secure", "httpOnly", "session", "hostOnly", "partitionKeyOpaque"), flags),
    "sameSite": st.sampled_from(["Lax", "None", "no_restriction", "unspecified", None]),
    "partitionKey": st.sampled_from(
        ["https://shop.example", {"topLevelSite": "http://a.b"}, {"sourceOrigin": 1}]
    ),
    "size": st.integers(),
    "sourceScheme": st.sampled_from(["Secure", "Unset"]),
}
cookies = st.lists(
    or_junk(st.fixed_dictionaries({}, optional={name: or_junk(value) for name, value in members.items()})),
    max_size=6,
)
named = st.fixed_dictionaries({"name": st.text(max_size=3)}, optional={"value": or_junk(st.text(max_size=3))})
origins = st.lists(
    or_junk(
        st.fixed_dictionaries(
            {
                "origin": st.sampled_from(["https://shop.example", "http://[::1]:80", "null"])
                | st.text(max_size=3)
            },
            optional={
                "localStorage": or_junk(st.lists(or_junk(named), max_size=3)),
                "indexedDB": or_junk(
                    st.lists(
                        or_junk(
                            st.fixed_dictionaries(
                                {"name": st.text(max_size=3)}, optional={"stores": st.lists(or_junk(named))}
                            )
                        ),
                        max_size=2,
                    )
                ),
                "opfs": or_junk(st.lists(junk, max_size=2)),
            },
        )
    ),
    max_size=3,
)
documents = (
    cookies
    | st.fixed_dictionaries({"cookies": or_junk(cookies)}, optional={"url": or_junk(st.text(max_size=4))})
    | st.fixed_dictionaries({"cookies": or_junk(cookies), "origins": or_junk(origins)})
)
fields = st.sampled_from(
    ["www.shop.example", ".b.example", "TRUE", "FALSE", "/", "0", "1830297600", "-", "1e9"]
)
texts = st.lists(
    st.lists(fields | st.text(max_size=3), min_size=5, max_size=8).map("\t".join)
    | st.sampled_from(["# Netscape HTTP Cookie File", "# generated by x 1", "a FALSE / TRUE 0 b c", ""]),
    max_size=6,
).map("\n".join)


@given(st.sampled_from(FORMATS), documents.map(json.dumps) | texts, st.booleans())
def test_no_list_raises_anything_but_a_refusal(tmp_path_factory, format, content, keep_values):
    """Whatever a tool writes, the answer is evidence or a sentence, and at most one observation a key."""
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_text(content, encoding="utf-8", errors="surrogatepass")
    try:
        evidence = collect(CaptureTarget(path=path, salt=b"", salvage=True, keep_values=keep_values), format)
    except CaptureError as error:
        assert error.hint
        return

    for kept in (evidence.cookies, evidence.storage):
        assert len({one.key for one in kept}) == len(kept)
    skipped = sum(one.count for one in evidence.captures[0].skipped)
    again = sum(
        one.count for one in evidence.captures[0].skipped if one.reason.startswith("cookie listed again")
    )
    assert evidence.captures[0].entries >= len(evidence.cookies) + skipped - again
    assert all(cookie.key.path.startswith("/") and cookie.key.domain for cookie in evidence.cookies)
    assert "\0" not in repr([one.key for one in (*evidence.cookies, *evidence.storage)])
    repr(evidence).encode()
