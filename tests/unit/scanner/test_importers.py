"""Which files are taken in, and what is said of the others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scanjobs.errors import CaptureError, TruncatedCaptureError
from scanjobs.scanner.importers import collect, formats
from scanjobs.scanner.source import CaptureTarget


@pytest.fixture
def refusal(tmp_path):
    """What is said of a file with this content."""

    def refused(content: bytes | str, format: str = "auto") -> CaptureError:
        path = tmp_path / "capture.har"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return refused_path(path, format)

    return refused


def refused_path(path: Path, format: str = "auto") -> CaptureError:
    with pytest.raises(CaptureError) as error:
        collect(CaptureTarget(path=path, salt=b""), format)
    assert error.value.hint
    return error.value


def test_formats():
    """One name an importer."""
    assert formats() == (*("har", "wec", "blacklight", "storage-state", "cdp", "cookie-editor", "netscape"),)


def test_the_name_of_a_file_says_nothing(tmp_path, collected):
    """A HAR file is known by its content."""
    path = tmp_path / "recording.txt"
    path.write_text('{"log": {"entries": [{"request": {"url": "https://shop.example/"}}]}}')

    assert collect(CaptureTarget(path=path, salt=b"")).captures[0].file_name == "recording.txt"


def test_no_file(tmp_path):
    """A missing file and a folder are told apart."""
    assert refused_path(tmp_path / "none.har").message == f"There is no file {tmp_path / 'none.har'}."
    assert refused_path(tmp_path).message == f"{tmp_path} is a folder with no inspection.json in it."
    assert refused_path(tmp_path, "har").message == f"{tmp_path} is a folder."


def test_no_regular_file(tmp_path):
    """A pipe could be read only once."""
    os.mkfifo(tmp_path / "pipe")

    assert "is not a regular file" in refused_path(tmp_path / "pipe").message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path):
    """The reason of the system is passed on."""
    path = tmp_path / "locked.har"
    path.write_text("{}")
    path.chmod(0)

    assert refused_path(path).message == f"{path} could not be read: Permission denied."


def test_a_disk_that_fails(tmp_path, monkeypatch):
    """An error of the system becomes a sentence, also in the middle of a file."""
    path = tmp_path / "a.har"
    path.write_text('{"log": {}}')
    real_open = Path.open
    opened = []

    def fail_the_second_time(self, *arguments):
        opened.append(self)
        if len(opened) > 1:
            raise OSError(5, "Input/output error")
        return real_open(self, *arguments)

    monkeypatch.setattr(Path, "open", fail_the_second_time)

    assert refused_path(path).message == f"{path} could not be read: Input/output error."


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\x1f\x8b\x08\x00", "is a gzip archive"),
        (b"PK\x03\x04", "is a zip archive"),
        (b"\x00\x00\x00\x00", "is neither JSON nor a cookies.txt"),
        ("<!doctype html><title>x</title>", "is a web page or XML"),
        ("just words", "is neither JSON nor a cookies.txt"),
        (" [ ] ", "is an empty list, which could be of any tool"),
        (
            '{"a": 1, "b": {"c": 2}}',
            "is JSON, but no capture that is known: it holds an object that begins with the members a, b.",
        ),
        ("[1, 2]", "is JSON, but no capture that is known: it holds a list."),
        ('{"\\u001b[31m": 1}', "members \ufffd[31m"),
        (
            '[{"data": [], "level": "warn", "location": "null", "message": "m"}]',
            "the log of the Website Evidence Collector",
        ),
    ],
)
def test_files_that_are_no_capture(refusal, content, words):
    """What it is, where that can be told, and which formats are taken."""
    assert words in refusal(content).message


def test_an_unknown_format(refusal):
    """The formats that exist are named."""
    error = refusal("{}", format="pcap")

    assert error.message == "There is no format pcap."
    assert error.hint == f"Formats that are taken: {', '.join(formats())}."


def test_a_named_format_is_insisted_on(refusal):
    """With `har` given, the HAR importer says what is missing."""
    assert refusal('{"a": 1}', format="har").message == (
        "capture.har is a HAR file without entries: no request was recorded."
    )


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("not-json", CaptureError, "not-json.har is not valid JSON: it breaks before byte 30."),
        (
            "no-entries",
            CaptureError,
            "no-entries.har is a HAR file without entries: no request was recorded.",
        ),
        (
            "no-entries-member",
            CaptureError,
            "no-entries-member.har is a HAR file without entries: no request was recorded.",
        ),
        (
            "only-local",
            CaptureError,
            "None of the 2 entries of only-local.har is a request to a website that can be read.",
        ),
        (
            "truncated-at-once",
            TruncatedCaptureError,
            "truncated-at-once.har ends before its first entry does.",
        ),
        (
            "truncated",
            TruncatedCaptureError,
            "truncated.har ends early: 2 entries are complete, the rest is missing.",
        ),
        (
            "damaged",
            TruncatedCaptureError,
            "damaged.har is damaged before byte 1367: 2 entries are complete, the rest is missing.",
        ),
    ],
)
def test_hars_that_are_refused(collected, name, error, message):
    """Each mistake has its sentence."""
    with pytest.raises(error) as refused:
        collected(name)

    assert type(refused.value) is error
    assert refused.value.message == message
    assert refused.value.hint
