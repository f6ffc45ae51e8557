"""Mails go out over TLS or not at all, once, whole, and with what every mail program needs."""

from __future__ import annotations

import email
import hashlib
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import html5lib
import pytest

from scanjobs.config import Settings
from scanjobs.domain.channel_settings import MailSecurity
from scanjobs.domain.events import Event, EventType
from scanjobs.domain.notifications import Channel, Target
from scanjobs.errors import (
    ConfigurationError,
    DeliveryError,
    DeliveryRefusedError,
    ScanjobsError,
    UsageError,
)
from scanjobs.notifications import channels
from scanjobs.notifications.samples import NOON, sample
from tests.unit.notifications.outgoing import DELIVERY, outgoing
from tests.unit.notifications.servers import Mailbox, certificate_for, http_server, is_silent, mail_server

Configure = Callable[..., Settings]

# The servers of these tests are on loopback, some of them without TLS on purpose.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One of localhost, which is trusted."""
    path = certificate_for(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return path


@pytest.fixture
def configured(settings: Settings, tmp_path: Path) -> Configure:
    """Settings with a mail server at a port of this host."""

    def configure(port: int, security: MailSecurity = MailSecurity.STARTTLS, **rest: Any) -> Settings:
        usual = {"host": "localhost", "sender": "scanjobs@harbour-lamps.example", "timeout_seconds": 10.0}
        mail = replace(settings.mail, port=port, security=security, **{**usual, **rest})
        return replace(settings, mail=mail)

    return configure


def taken(mailbox: Mailbox) -> EmailMessage:
    (mail,) = mailbox.mails
    return email.message_from_bytes(mail.original_content or b"", policy=policy.default)


@pytest.mark.parametrize("security", [MailSecurity.STARTTLS, MailSecurity.TLS])
def test_a_mail_arrives_over_tls(configured: Configure, certificate: Path, security: MailSecurity):
    with mail_server(certificate, starttls=security is MailSecurity.STARTTLS) as mailbox:
        answer = channels.send(configured(mailbox.port, security), outgoing())

    mail = taken(mailbox)
    assert answer == "250 2.0.0 Ok: queued as 4F1X"
    assert mailbox.was_protected == [True]
    assert mailbox.mails[0].rcpt_tos == ["ops@harbour-lamps.example"]
    assert mailbox.mails[0].mail_from == "scanjobs@harbour-lamps.example"
    assert mail["Subject"] == "harbour-lamps.example fails 9 rules, 2 of them critical"
    assert (mail["From"], mail["To"]) == (
        "scanjobs <scanjobs@harbour-lamps.example>",
        "ops@harbour-lamps.example",
    )
    assert mail["Message-ID"] == f"<{DELIVERY}@harbour-lamps.example>"
    assert parsedate_to_datetime(mail["Date"]) == NOON
    assert mail["Auto-Submitted"] == "auto-generated"


def test_a_mail_is_text_and_a_page_of_the_same(configured: Configure, certificate: Path):
    with mail_server(certificate) as mailbox:
        channels.send(configured(mailbox.port), outgoing())

    mail = taken(mailbox)
    assert mail.get_content_type() == "multipart/alternative"
    text, page = mail.iter_parts()
    assert (text.get_content_type(), page.get_content_type()) == ("text/plain", "text/html")
    html5lib.HTMLParser(strict=True).parse(page.get_content())
    for part in (text, page):
        assert "stored before any choice" in part.get_content()
        assert "scanjobs show 79f8dccb" in part.get_content()
    assert max(map(len, (mailbox.mails[0].original_content or b"").splitlines())) <= 998
    assert (mailbox.mails[0].original_content or b"").isascii()


def test_another_attempt_is_the_same_mail(configured: Configure, certificate: Path):
    with mail_server(certificate) as mailbox:
        for _ in range(2):
            channels.send(configured(mailbox.port), outgoing())

    first, second = mailbox.mails
    assert first.original_content == second.original_content


def test_without_tls_nothing_is_sent(configured: Configure, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAIL_PASSWORD", "hush-hush")
    with mail_server(auth=True) as mailbox:
        settings = configured(mailbox.port, user="scanjobs", password="env:MAIL_PASSWORD")
        with pytest.raises(DeliveryRefusedError, match="offers no TLS") as refused:
            channels.send(settings, outgoing())

    assert 'security = "none"' in (refused.value.hint or "")
    assert (mailbox.mails, mailbox.users) == ([], [])


def test_it_goes_in_clear_where_that_is_asked_for(configured: Configure):
    with mail_server() as mailbox:
        channels.send(configured(mailbox.port, MailSecurity.NONE), outgoing())

    assert mailbox.was_protected == [False]


def test_a_certificate_of_nobody_known_is_not_trusted(configured: Configure, tmp_path: Path):
    with (
        mail_server(certificate_for(tmp_path, "localhost")) as mailbox,
        pytest.raises(DeliveryError, match="certificate of the mail server localhost cannot be trusted"),
    ):
        channels.send(configured(mailbox.port), outgoing())

    assert mailbox.mails == []


def test_a_certificate_of_another_host_is_not_trusted(
    configured: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    other = certificate_for(tmp_path, "mail.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    with (
        mail_server(other) as mailbox,
        pytest.raises(DeliveryError, match="cannot be trusted"),
    ):
        channels.send(configured(mailbox.port), outgoing())

    assert mailbox.mails == []


def test_it_logs_in_with_a_password_from_a_file(configured: Configure, certificate: Path, tmp_path: Path):
    secret = tmp_path / "password"
    secret.write_text("hush-hush\n")
    secret.chmod(0o600)
    with mail_server(certificate, auth=True) as mailbox:
        channels.send(configured(mailbox.port, user="scanjobs", password=f"file:{secret}"), outgoing())

    assert (mailbox.users, len(mailbox.mails)) == (["scanjobs"], 1)


def test_a_wrong_password_is_final_and_not_repeated(
    configured: Configure, certificate: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MAIL_PASSWORD", "hunter2")
    with (
        mail_server(certificate, auth=True) as mailbox,
        pytest.raises(DeliveryRefusedError, match="does not let user 'scanjobs' in") as refused,
    ):
        channels.send(configured(mailbox.port, user="scanjobs", password="env:MAIL_PASSWORD"), outgoing())

    assert "hunter2" not in f"{refused.value!r}{refused.value.hint}"
    assert mailbox.mails == []


def test_a_server_without_login_is_told(configured: Configure, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAIL_PASSWORD", "hunter2")
    with (
        mail_server(certificate=None) as mailbox,
        pytest.raises(DeliveryRefusedError, match="offers no login"),
    ):
        channels.send(
            configured(mailbox.port, MailSecurity.NONE, user="scanjobs", password="env:MAIL_PASSWORD"),
            outgoing(),
        )


@pytest.mark.parametrize(
    ("where", "answer", "kind"),
    [
        ("rcpt_answer", "550 5.1.1 No such user", DeliveryRefusedError),
        ("rcpt_answer", "450 4.2.0 Greylisted", DeliveryError),
        ("data_answer", "554 5.7.1 Looks like spam", DeliveryRefusedError),
        ("data_answer", "451 4.3.0 Try again", DeliveryError),
    ],
)
def test_what_the_server_says_decides(
    configured: Configure, certificate: Path, where: str, answer: str, kind: type[ScanjobsError]
):
    with mail_server(certificate) as mailbox, pytest.raises(DeliveryError) as told:
        setattr(mailbox, where, answer)
        channels.send(configured(mailbox.port), outgoing())

    assert type(told.value) is kind
    assert answer in told.value.message


def test_a_server_that_parts_rudely_has_taken_the_mail(configured: Configure, certificate: Path):
    """A mail that was accepted is not sent again because QUIT went wrong."""
    with mail_server(certificate) as mailbox:
        mailbox.quit_answer = "421 4.4.2 Too many connections"

        assert channels.send(configured(mailbox.port), outgoing()).startswith("250 ")


def test_a_silent_server_and_no_server_are_told_in_a_sentence(configured: Configure):
    with http_server({"/": is_silent}) as silent:
        settings = configured(silent.port, MailSecurity.NONE, timeout_seconds=0.5)
        with pytest.raises(DeliveryError, match=r"was silent for 0\.5 seconds") as told:
            channels.send(settings, outgoing())
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(DeliveryError, match="cannot be reached: Connection refused"):
        channels.send(configured(port), outgoing())

    assert not told.value.is_permanent


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("ops", "no @"),
        ("@harbour-lamps.example", "no @"),
        ("ops@", "no name of a domain"),
        ("ops@-x.example", "no name of a domain"),
        ("Ops <ops@harbour-lamps.example>", "one address is meant"),
        ("a@x.example, b@x.example", "one address is meant"),
        ("ops@x.example\r\nBcc: all@x.example", "one address is meant"),
        ("ops@größe.example", "in ASCII, as xn--"),
        ("a\r\nb@x.example", "one address is meant"),
        ("größe@harbour-lamps.example", "before the @"),
        ("a" * 65 + "@harbour-lamps.example", "one address is meant"),
        (f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 60}", "no name of a domain"),
    ],
)
def test_what_is_no_address_is_refused_before(configured: Configure, address: str, told: str):
    with pytest.raises(UsageError, match=told):
        channels.check(configured(25), Target(channel=Channel.EMAIL, address=address))


def test_a_domain_of_other_letters_is_written_in_ascii(configured: Configure, certificate: Path):
    """There are two ways to write ß in ASCII, which are two domains."""
    with mail_server(certificate) as mailbox:
        channels.send(configured(mailbox.port), outgoing(address="ops@XN--gre-6ka8i.example"))

    assert mailbox.mails[0].rcpt_tos == ["ops@xn--gre-6ka8i.example"]


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ({"host": ""}, "No mail server is configured"),
        ({"sender": ""}, r"'mail\.sender' cannot be ''"),
        ({"sender": "nobody"}, "has no @"),
        ({"user": "scanjobs"}, r"needs a 'mail\.password'"),
        ({"user": "scanjobs", "password": "env:NOT_SET_ANYWHERE"}, "NOT_SET_ANYWHERE"),
        ({"user": "scanjobs", "password": "hunter2"}, "never itself"),
    ],
)
def test_settings_that_cannot_work_are_told_before(configured: Configure, missing: dict[str, Any], told: str):
    with pytest.raises(ConfigurationError, match=told) as refused:
        channels.check(configured(25, **missing), Target(channel=Channel.EMAIL, address="ops@x.example"))

    assert "hunter2" not in f"{refused.value}{refused.value.hint}{configured(25, **missing)}"


def completed(place: Path, data: bytes, **facts: Any) -> Event:
    place.write_bytes(data)
    event = sample(EventType.REPORT_COMPLETED)
    written = {"path": str(place), "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    return replace(event, facts={**event.facts, **written, **facts})


def test_a_report_goes_along_where_that_is_wanted(configured: Configure, certificate: Path, tmp_path: Path):
    event = completed(tmp_path / "shop.pdf", b"%PDF-1.7 report")
    with mail_server(certificate) as mailbox:
        channels.send(configured(mailbox.port), outgoing(events=[event], attach=True))

    mail = taken(mailbox)
    (report,) = mail.iter_attachments()
    assert (report.get_content_type(), report.get_filename()) == ("application/pdf", "shop.pdf")
    assert report.get_content() == b"%PDF-1.7 report"
    assert "attached to this mail" in mail.get_body(("plain",)).get_content()
    assert "attached to this mail" in mail.get_body(("html",)).get_content()


@pytest.mark.parametrize(
    ("facts", "attach", "told"),
    [
        ({}, False, "reports"),
        ({"size": 20_000_000}, True, "larger than 10 MB"),
        ({"size": 3}, True, "not what was written"),
        ({"sha256": "0" * 64}, True, "not what was written"),
        ({"path": "/nowhere/shop.pdf"}, True, "cannot be read"),
        ({"path": "/dev/zero"}, True, "not what was written"),
        ({"path": None}, True, "cannot be read"),
    ],
)
def test_a_report_that_stays_is_told_by_its_path(
    configured: Configure, certificate: Path, tmp_path: Path, facts: Any, attach: bool, told: str
):
    event = completed(tmp_path / "shop.pdf", b"%PDF-1.7 report", **facts)
    with mail_server(certificate) as mailbox:
        channels.send(configured(mailbox.port), outgoing(events=[event], attach=attach))

    mail = taken(mailbox)
    text = mail.get_body(("plain",)).get_content()
    assert list(mail.iter_attachments()) == []
    assert told in text
    assert str(facts.get("path", tmp_path / "shop.pdf") or "") in text


def test_the_date_is_that_of_the_delivery(configured: Configure, certificate: Path):
    then = datetime(2026, 1, 5, 6, 7, 8, tzinfo=UTC)
    with mail_server(certificate) as mailbox:
        channels.send(configured(mailbox.port), outgoing(created_at=then))

    assert taken(mailbox)["Date"] == "Mon, 05 Jan 2026 06:07:08 +0000"
