"""Previews are files that programs and people can open."""

from __future__ import annotations

import email
import json
from datetime import UTC, datetime
from email import policy
from pathlib import Path

import html5lib
import pytest
from standardwebhooks import Webhook

from scanjobs.config import Settings
from scanjobs.domain.events import EventType
from scanjobs.errors import TemplateError, UsageError
from scanjobs.notifications.preview import write_previews

SUFFIXES = ("html", "txt", "eml", "slack.json", "webhook.json")


def test_every_event_and_a_digest_become_files(settings: Settings, tmp_path: Path):
    files = write_previews(settings, tmp_path / "look")

    assert {file.name for file in files} == {
        f"{what}.{suffix}" for what in (*EventType, "digest") for suffix in SUFFIXES
    }
    assert {file.name for file in (tmp_path / "look").iterdir()} == {file.name for file in files}


def test_a_mail_opens_in_a_mail_program(settings: Settings, tmp_path: Path):
    write_previews(settings, tmp_path, [EventType.CHANGE_DETECTED])

    mail = email.message_from_bytes((tmp_path / "change.detected.eml").read_bytes(), policy=policy.default)
    subject, _, text = (tmp_path / "change.detected.txt").read_text().partition("\n\n")
    page = mail.get_body(("html",)).get_content()
    assert mail["Subject"] == subject
    assert mail.get_body(("plain",)).get_content().split() == text.split()
    html5lib.HTMLParser(strict=True).parse(page)
    assert page.split() == (tmp_path / "change.detected.html").read_text().split()


def test_a_webhook_shows_headers_that_verify(settings: Settings, tmp_path: Path):
    write_previews(settings, tmp_path, [EventType.CHANGE_DETECTED])

    shown = json.loads((tmp_path / "change.detected.webhook.json").read_text())
    sent_at = datetime.fromtimestamp(int(shown["headers"]["webhook-timestamp"]), UTC)
    signature = Webhook(shown["secret"]).sign(shown["headers"]["webhook-id"], sent_at, shown["body"])
    assert shown["headers"]["webhook-signature"] == signature
    assert json.loads(shown["body"]) == shown["data"]


def test_only_what_was_asked_for_is_written(settings: Settings, tmp_path: Path):
    files = write_previews(settings, tmp_path, [EventType.SCAN_FAILED, EventType.SCAN_FAILED])

    assert [file.name for file in files] == [f"scan.failed.{suffix}" for suffix in SUFFIXES]


def test_again_gives_the_same_bytes(settings: Settings, tmp_path: Path):
    first = [file.read_bytes() for file in write_previews(settings, tmp_path)]

    assert [file.read_bytes() for file in write_previews(settings, tmp_path)] == first


def test_templates_of_ones_own_are_shown_and_their_mistakes_told(settings: Settings, tmp_path: Path):
    path = settings.home / "templates" / "notifications" / "email" / "scan.failed.txt.j2"
    path.parent.mkdir(parents=True)
    path.write_text("mine: {{ told.site }}\n{{ told.headline }}")
    write_previews(settings, tmp_path, [EventType.SCAN_FAILED])
    assert "before.har" in (tmp_path / "scan.failed.txt").read_text()

    path.write_text("{{ oops }}")
    with pytest.raises(TemplateError, match="line 1: 'oops' is undefined"):
        write_previews(settings, tmp_path / "other")

    assert not (tmp_path / "other").exists()


def test_a_file_where_the_folder_should_be_is_refused(settings: Settings, tmp_path: Path):
    (tmp_path / "file").write_text("here")

    with pytest.raises(UsageError, match="is no folder"):
        write_previews(settings, tmp_path / "file", [EventType.SCAN_FAILED])
