"""cookies.txt, as many tools write it and as editors break it."""

from __future__ import annotations

import codecs

import pytest

from scanjobs.domain.evidence import GapKind, Skipped
from scanjobs.errors import CaptureError, TruncatedCaptureError
from scanjobs.scanner.importers import collect, netscape
from scanjobs.scanner.source import CaptureTarget

LINE = "www.shop.example\tFALSE\t/\tTRUE\t1830297600\ta\t1"
TITLE = "# Netscape HTTP Cookie File\n"


@pytest.fixture
def read(tmp_path):
    """Take in a cookies.txt with this content."""

    def take_in(content, **changes):
        path = tmp_path / "cookies.txt"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return collect(CaptureTarget(path=path, salt=b"", **changes), "netscape")

    return take_in


def test_curl(listed, rows):
    """It marks HttpOnly cookies, so that the others are none; a dot and a flag that disagree say nothing."""
    evidence = listed("curl.txt")

    assert rows(evidence) == [
        "_ga .shop.example /: Partitioned? SameSite? 2028-01-01",
        "session www.shop.example /: Secure HttpOnly Partitioned? SameSite? session",
        "uid ads.example /: Secure Partitioned? SameSite? 2027-03-03",
    ]
    assert [cookie.host_only for cookie in evidence.cookies] == [False, True, None]


def test_yt_dlp(listed, rows):
    """It marks nothing, so nobody knows; ends may be fractions, or milliseconds from Firefox."""
    assert rows(listed("yt-dlp.txt")) == [
        "_ga .shop.example /: HttpOnly? Partitioned? SameSite? 2028-01-01",
        "session www.shop.example /: Secure HttpOnly? Partitioned? SameSite? session",
        "uid .ads.example /: Secure HttpOnly? Partitioned? SameSite? 2027-03-03",
    ]


def test_cookie_editor(listed, rows):
    """It gives session cookies a day, so that no end in its file can be relied on."""
    evidence = listed("cookie-editor.txt")

    assert rows(evidence) == [
        "_ga .shop.example /: Partitioned? SameSite? ?",
        "session www.shop.example /: Secure HttpOnly Partitioned? SameSite? ?",
    ]
    assert GapKind.UNKNOWN_LIFETIMES in {gap.kind for gap in evidence.gaps}


def test_broken_lines(listed, rows):
    """Spaces instead of tabs, empty and negative ends, a lost last field; what is no cookie is counted."""
    evidence = listed("broken-lines.txt")

    assert [(one.key.name, one.host_only, one.value.length) for one in evidence.cookies] == [
        ("", True, 10),
        ("dot-and-false", None, 1),
        ("minus-one", True, 1),
        ("no-expiry", True, 1),
        ("no-value", True, 0),
        ("spaces", True, 5),
        ("tab", True, 3),
    ]
    assert all(cookie.is_session for cookie in evidence.cookies)
    assert evidence.captures[0].skipped == (Skipped(reason="entry that could not be read", count=3),)
    assert evidence.gaps[-1].detail == "3 of 10 entries could not be read."


@pytest.mark.parametrize(
    ("name", "tool", "page_url"),
    [
        ("curl.txt", "libcurl", None),
        ("wget.txt", "Wget", None),
        ("yt-dlp.txt", "yt-dlp", None),
        ("cookie-editor.txt", "Cookie-Editor", None),
        ("one-tab.txt", "cookies.txt Chrome Extension", "https://www.shop.example/start"),
        ("broken-lines.txt", None, None),
    ],
)
def test_what_comments_tell(listed, name, tool, page_url):
    """Who wrote it, and in an example of how to use it the open page. Wget's moment has no zone."""
    (capture,) = listed(name).captures

    assert (capture.tool, capture.page_url, capture.captured_at) == (tool, page_url, None)


def test_a_version_in_the_comment(read):
    """Where a tool names it."""
    (capture,) = read(f"{TITLE}# Written by cookie tool v2.1\n{LINE}\n").captures

    assert (capture.tool, capture.tool_version) == ("cookie tool", "2.1")


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("curl.txt", [GapKind.NO_SCRIPTS]),
        ("wget.txt", [GapKind.NO_SCRIPTS]),
        ("yt-dlp.txt", []),
        ("one-tab.txt", [GapKind.SINGLE_HOST]),
        ("cookie-editor.txt", [GapKind.UNKNOWN_LIFETIMES, GapKind.SINGLE_HOST]),
        ("broken-lines.txt", [GapKind.SINGLE_HOST]),
    ],
)
def test_what_such_a_list_cannot_show(listed, name, kinds):
    """curl and wget run no scripts; some tools export one tab only."""
    store, *others, phase = [
        gap.kind for gap in listed(name).gaps if gap.kind is not GapKind.UNREADABLE_ENTRIES
    ]

    assert (store, others, phase) == (GapKind.STORE_ONLY, kinds, GapKind.UNKNOWN_PHASE)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ""])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("chunk_bytes", [4, 256 * 1024])
def test_ends_of_lines_and_encodings(read, rows, monkeypatch, end, encoding, chunk_bytes):
    """As Windows, old Macs and shells write them; a chunk may end anywhere."""
    monkeypatch.setattr(netscape, "CHUNK_BYTES", chunk_bytes)
    text = (end or "\n").join([TITLE.strip(), "", LINE.replace("\ta\t", "\té\t"), LINE]) + end

    assert [row.split()[0] for row in rows(read(text.encode(encoding)))] == ["a", "é"]


def test_the_title_is_not_needed(tmp_path, rows):
    """A first line of seven fields is enough; a title alone is a store with nothing in it."""
    path = tmp_path / "list"
    path.write_text(f"# my cookies\n\n{LINE}\n")
    empty = tmp_path / "empty"
    empty.write_bytes(codecs.BOM_UTF8 + TITLE.encode())

    assert len(collect(CaptureTarget(path=path, salt=b"")).cookies) == 1
    assert collect(CaptureTarget(path=empty, salt=b"")).cookies == ()


def test_a_line_without_end(read):
    """Of a file that is nothing but one line, no more than that of a cookie is held."""
    evidence = read(f"{LINE}\n{'x' * 1_000_000}\n")

    assert [(one.reason, one.count) for one in evidence.captures[0].skipped] == [
        ("entry that could not be read", 1)
    ]


def test_a_file_that_ends_early(read):
    """A last line without its end that is no cookie was cut; with leave the rest is taken."""
    cut = f"{TITLE}{LINE}\n{LINE[:30]}"
    with pytest.raises(TruncatedCaptureError) as refused:
        read(cut)

    assert refused.value.message == "cookies.txt ends early: 1 entries are complete, the rest is missing."
    evidence = read(cut, salvage=True)
    assert (evidence.captures[0].complete, evidence.captures[0].entries) == (False, 1)
    assert evidence.gaps[0].kind is GapKind.TRUNCATED


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (TITLE + LINE[:30], "cookies.txt ends before its first entry does."),
        (
            "# hello\n",
            "cookies.txt is no cookies.txt: it has neither the title of one nor a line of seven fields.",
        ),
        ("some\nwords\n", "None of the 2 entries of cookies.txt is a cookie that can be read."),
    ],
)
def test_what_is_refused(read, content, message):
    """Each mistake has its sentence."""
    with pytest.raises(CaptureError) as refused:
        read(content, salvage=True)

    assert refused.value.message == message
    assert refused.value.hint


def test_progress_reaches_the_end(listed):
    """The last count is the size of the file."""
    told = []

    evidence = listed("curl.txt", on_progress=lambda *counts: told.append(counts))

    assert told[-1] == (evidence.captures[0].size,) * 2
