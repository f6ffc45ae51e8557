"""The doctor: each thing that is wrong with an installation is found, and it says how to mend it."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanjobs import config
from scanjobs.config import Settings
from scanjobs.db import driver
from scanjobs.domain.channel_settings import MailSecurity, MailSettings
from scanjobs.domain.health import Check
from scanjobs.maintenance import doctor
from scanjobs.reports.renderers import pdf_scripts
from tests import past
from tests.conftest import SCANJOBS, on_postgres_only
from tests.unit.notifications.servers import certificate_for, mail_server


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Of a data folder that is there."""
    settings.home.mkdir(mode=0o700)
    with driver.read(settings):
        return settings


def checks(settings: Settings, **options: bool) -> dict[str, Check]:
    return {check.name: check for check in doctor.examine(settings, **options)}


def failed(settings: Settings, **options: bool) -> set[str]:
    return {check.name for check in checks(settings, **options).values() if check.state == "failed"}


def test_nothing_is_wrong_with_what_is_new(settings: Settings):
    assert failed(settings) == set()
    assert "every page is whole" in checks(settings)["database"].message


@on_postgres_only
def test_a_server_tells_its_version(settings: Settings):
    found = checks(settings)

    assert found["database"].message.startswith("PostgreSQL ")
    assert "sockets" not in found


@on_postgres_only
def test_a_server_that_is_away_keeps_nobody_from_looking_at_the_rest(settings: Settings):
    away = replace(settings, database_url="postgresql+psycopg://me:s3cret@127.0.0.1:9/nowhere")
    found = checks(away)

    assert found["database"].state == "failed"
    assert found["database"].hint
    assert found["fonts"].state == "ok"
    assert "s3cret" not in str(found)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_data_folder_of_somebody_else(settings: Settings):
    os.chown(settings.home, 65534, -1)

    found = checks(settings)["data folder"]

    assert found.state == "failed"
    assert "belongs to nobody" in found.message
    assert "Run scanjobs as nobody" in str(found.hint)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_files_of_somebody_else(settings: Settings):
    """As it is when a command was run as root once."""
    stranger = settings.home / "reports"
    stranger.mkdir()
    os.chown(stranger, 65534, -1)

    assert "chown -R" in str(checks(settings)["files in it"].hint)


def test_a_data_folder_that_others_may_look_into(settings: Settings):
    settings.home.chmod(0o755)

    found = checks(settings)["data folder"]

    assert (found.state, found.hint) == ("note", f"chmod 700 {settings.home}")


def test_a_disk_that_is_nearly_full(settings: Settings):
    full = replace(settings, health=replace(settings.health, disk_free_megabytes=1e12))

    assert "disk" in failed(full)


def test_a_damaged_database(settings: Settings):
    for _ in range(500):
        past.ended_job(settings, datetime(2026, 3, 2, tzinfo=UTC))
    with driver.read(settings) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    driver.dispose()
    path = settings.database_path
    content = bytearray(path.read_bytes())
    content[-8192 * 3 : -8192] = b"\x07" * 8192 * 2
    path.write_bytes(content)

    assert "scanjobs db restore" in str(checks(settings)["database"].hint)


def test_a_font_is_missing(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for font in pdf_scripts.FONTS.glob("*.ttf"):
        (tmp_path / font.name).write_bytes(font.read_bytes())
    (tmp_path / "NotoSans-Bold.ttf").unlink()
    (tmp_path / "NotoEmoji-Regular.ttf").write_bytes(b"no font")
    monkeypatch.setattr(pdf_scripts, "FONTS", tmp_path)

    told = checks(settings)["fonts"].message

    assert told == "Missing or damaged: NotoSans-Bold.ttf, NotoEmoji-Regular.ttf."


def test_few_open_files_are_allowed(settings: Settings):
    """In a process of its own: this one has many open that other tests have left."""
    few = ["sh", "-c", 'ulimit -n 200; exec "$@"', "sh", *SCANJOBS, "doctor", "--json"]
    done = subprocess.run(few, capture_output=True, text=True, timeout=90)
    found = {check["name"]: check for check in json.loads(done.stdout)["checks"]}

    assert done.returncode == 3
    assert "ulimit -n 1024" in found["open files"]["hint"]


def test_no_folder_for_sockets(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/proc/nowhere")

    assert failed(settings) == {"sockets"}


def test_what_is_unhealthy_is_told(settings: Settings):
    past.job(settings, datetime(2026, 3, 2, tzinfo=UTC))

    found = checks(settings)

    assert "No worker serves the queue default" in found["health"].message
    assert "scanjobs worker" in str(found["workers"].hint)


def test_mail_that_is_set_half(settings: Settings):
    half = replace(settings, mail=MailSettings(host="mail.example"))

    assert "mail.sender" in checks(half)["mail"].message


def test_a_mail_server_is_greeted_when_asked(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    certificate = certificate_for(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with mail_server(certificate) as mailbox:
        mail = MailSettings(
            host="localhost", port=mailbox.port, sender="me@shop.example", timeout_seconds=5.0
        )
        mailed = replace(settings, mail=mail)
        assert "lets us in" in checks(mailed, connects=True)["mail"].message
    assert "--connect tries it" in checks(mailed)["mail"].message
    assert failed(mailed, connects=True) == {"mail"}


def test_settings_tell_where_they_come_from_and_no_secret(tmp_path: Path):
    (tmp_path / "config.toml").write_text(
        'profile = "fr"\n[mail]\nhost = "mail.example"\npassword = "hunter2"\n[health]\nlate_minutes = 3\n'
    )
    settings = config.load(
        {"home": tmp_path, "log_level": "debug"},
        {
            "SCANJOBS_CONCURRENCY": "5",
            "SCANJOBS_DATABASE_URL": "postgresql+psycopg://me:s3cret@db.example/scanjobs",
        },
    )
    used = {one.name: (one.value, one.origin) for one in doctor.settings_in_use(settings)}

    assert used["home"] == (str(tmp_path), "flag")
    assert used["log_level"] == ("debug", "flag")
    assert used["concurrency"] == ("5", "environment")
    assert used["database_url"] == ("scanjobs on db.example", "environment")
    assert used["profile"] == ("fr", "config.toml")
    assert used["mail.password"] == ("set", "config.toml")
    assert used["health.late_minutes"] == ("3.0", "config.toml")
    assert used["health.backlog_minutes"] == ("15.0", "default")
    assert used["mail.security"] == (str(MailSecurity.STARTTLS), "default")
    assert "s3cret" not in str(used)
    assert "hunter2" not in str(used)
