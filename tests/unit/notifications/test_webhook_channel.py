"""Webhooks are signed, go where they were meant to go and nowhere else, and hear what the server means."""

from __future__ import annotations

import json
import socket
import traceback
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from scanjobs import __version__
from scanjobs.config import Settings
from scanjobs.domain.notifications import Channel, Outgoing, Target
from scanjobs.errors import (
    ConfigurationError,
    DeliveryError,
    DeliveryRefusedError,
    ScanjobsError,
    UsageError,
)
from scanjobs.notifications import channels
from scanjobs.notifications.addresses import is_public
from tests.unit.notifications.outgoing import DELIVERY, outgoing
from tests.unit.notifications.servers import (
    HttpServer,
    certificate_for,
    drips,
    floods,
    http_server,
    is_silent,
    says,
    sends,
)

SECRET = "whsec_bm9ib2R5IGtub3dzIHRoaXMga2V5IGhlcmUh"
ANOTHER = "whsec_YW5vdGhlciBrZXkgdGhhdCBpcyBsb25nIGVub3VnaA=="


@pytest.fixture
def open_settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings by which a server on this host may be reached."""
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    rules = replace(settings.webhooks, allow_http=True, allow_private=True)
    return replace(settings, webhooks=rules)


def hasty(settings: Settings) -> Settings:
    """Settings that give a server up soon."""
    return replace(settings, webhooks=replace(settings.webhooks, timeout_seconds=0.5))


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with http_server({"/": says("200 OK", "thanks")}) as server:
        yield server


def hook(url: str, **rest: Any) -> Outgoing:
    return outgoing(Channel.WEBHOOK, url, secret="env:HOOK_SECRET", **rest)


def test_the_public_library_verifies_what_arrives(open_settings: Settings, server: HttpServer):
    answer = channels.send(open_settings, hook(server.url()))

    (posted,) = server.posted
    data = Webhook(SECRET).verify(posted.body, posted.headers)
    assert answer == "HTTP 200: thanks"
    assert (data["type"], data["timestamp"]) == ("compliance.violation", "2026-03-02T12:04:00.000Z")
    assert data["data"]["site"] == "harbour-lamps.example"
    assert posted.headers["user-agent"] == f"scanjobs/{__version__}"
    assert posted.headers["host"] == f"localhost:{server.port}"
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(posted.body.replace(b"critical", b"harmless"), posted.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(ANOTHER).verify(posted.body, posted.headers)


def test_another_attempt_is_known_as_the_same(open_settings: Settings, server: HttpServer):
    for _ in range(2):
        channels.send(open_settings, hook(server.url()))

    first, second = server.posted
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == DELIVERY
    assert first.body == second.body


def test_while_keys_are_exchanged_both_verify(
    open_settings: Settings, server: HttpServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HOOK_SECRET", f"{ANOTHER}\n{SECRET}")

    channels.send(open_settings, hook(server.url()))

    (posted,) = server.posted
    Webhook(SECRET).verify(posted.body, posted.headers)
    Webhook(ANOTHER).verify(posted.body, posted.headers)


@pytest.mark.parametrize("status", ["200 OK", "202 Accepted", "204 No Content"])
def test_every_kind_of_success_is_one(open_settings: Settings, server: HttpServer, status: str):
    server.answers["/"] = sends(f"HTTP/1.1 {status}\r\n\r\n".encode())

    assert channels.send(open_settings, hook(server.url())) == f"HTTP {status[:3]}"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 413, 422, 451])
def test_a_refusal_is_final(open_settings: Settings, server: HttpServer, status: int):
    server.answers["/"] = says(f"{status} No", "not like this", retry_after="5")

    with pytest.raises(DeliveryRefusedError, match=rf"refused .*HTTP {status}: not like this"):
        channels.send(open_settings, hook(server.url()))


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_what_is_not_taken_now_may_be_later(open_settings: Settings, server: HttpServer, status: int):
    server.answers["/"] = says(f"{status} Later", "busy")

    with pytest.raises(DeliveryError, match=f"HTTP {status}: busy") as told:
        channels.send(open_settings, hook(server.url()))

    assert not told.value.is_permanent
    assert told.value.retry_after_seconds is None


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("120", 120), ("0", 0), ("9999999999", 86_400), ("-5", None), ("soon", None), ("1e3", None)],
)
def test_a_server_says_how_long_it_wants_to_be_left_alone(
    open_settings: Settings, server: HttpServer, status: str, asked: str, seconds: float | None
):
    server.answers["/"] = says(status, retry_after=asked)

    with pytest.raises(DeliveryError) as told:
        channels.send(open_settings, hook(server.url()))

    assert told.value.retry_after_seconds == seconds


@pytest.mark.parametrize(("ahead", "least", "most"), [(600, 500, 600), (-600, 0, 0), (10**7, 86_400, 86_400)])
def test_it_may_say_so_as_a_date(
    open_settings: Settings, server: HttpServer, ahead: int, least: float, most: float
):
    until = open_settings.clock.now() + timedelta(seconds=ahead)
    server.answers["/"] = says("429 Slowly", retry_after=format_datetime(until, usegmt=True))

    with pytest.raises(DeliveryError) as told:
        channels.send(open_settings, hook(server.url()))

    assert least <= (told.value.retry_after_seconds or 0) <= most


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_refusal(open_settings: Settings, server: HttpServer, status: int):
    server.answers["/"] = says(f"{status} Over there", location=server.url("/inside", "127.0.0.1"))
    server.answers["/inside"] = says("200 OK")

    with pytest.raises(DeliveryRefusedError, match="redirect"):
        channels.send(open_settings, hook(server.url()))

    assert [one.path for one in server.posted] == ["/"]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (is_silent, "did not answer within 0.5 seconds"),
        (drips(b""), "did not answer within 0.5 seconds"),
        (drips(b"HTTP/1.1 200 OK\r\nx-slow: "), "did not answer within 0.5 seconds"),
        (sends(b""), "closed the connection without an answer"),
        (sends(b"SSH-2.0-OpenSSH_9.2\r\n"), "no HTTP"),
        (sends(b"HTTP/1.1 2"), "no HTTP"),
        (sends(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 5000), "no HTTP"),
        (sends(b"HTTP/1.1 200 " + b"x" * 100_000), "no HTTP"),
    ],
)
def test_what_is_no_answer_is_tried_again(
    open_settings: Settings, server: HttpServer, answer: Any, told: str
):
    server.answers["/"] = answer

    with pytest.raises(DeliveryError, match=told) as failed:
        channels.send(hasty(open_settings), hook(server.url()))

    assert not failed.value.is_permanent


@pytest.mark.parametrize(
    "answer",
    [
        floods,
        drips(b"HTTP/1.1 200 OK\r\ncontent-length: 4000\r\n\r\ntha"),
        sends(b"HTTP/1.1 200 OK\r\ncontent-length: 4000\r\n\r\nthanks"),
        sends(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"),
    ],
)
def test_who_has_taken_it_may_say_the_rest_as_it_likes(
    open_settings: Settings, server: HttpServer, answer: Any
):
    """It closes half-way, drips, or never ends: the status has been heard, and nothing is sent again."""
    server.answers["/"] = answer

    slow = replace(open_settings, webhooks=replace(open_settings.webhooks, timeout_seconds=3.0))

    told = channels.send(slow, hook(server.url()))

    assert told.startswith("HTTP 200")
    assert len(told) < 250


def test_nobody_listening_is_told_in_a_sentence(open_settings: Settings):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    with pytest.raises(DeliveryError, match="localhost cannot be reached: Connection refused"):
        channels.send(open_settings, hook(f"http://localhost:{port}/"))


def test_a_host_without_an_address_is_told_in_a_sentence(
    open_settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    with pytest.raises(DeliveryError, match=r"gone\.example cannot be found: Name or service not known"):
        channels.send(open_settings, hook("https://gone.example/"))


PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%1",
    "fc00::1",
    "fd12:3456::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2001:0:0:0:0:0:80ff:fffe",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_no_private_address_is_public(address: str):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_addresses_of_the_internet_are_public(address: str):
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "127.1", "2130706433", "0x7f.0.0.1"]
)
def test_nothing_private_is_reached_unless_allowed(open_settings: Settings, server: HttpServer, host: str):
    """Whatever the address looks like, and without a single connection."""
    strict = replace(open_settings, webhooks=replace(open_settings.webhooks, allow_private=False))

    with pytest.raises(DeliveryError):
        channels.send(strict, hook(server.url(host=host)))

    assert server.connections == 0


def test_one_private_address_among_public_ones_is_enough(
    open_settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    strict = replace(open_settings, webhooks=replace(open_settings.webhooks, allow_private=False))
    connected = never_connects(monkeypatch)
    resolves(monkeypatch, ["1.1.1.1", "10.0.0.1"])

    with pytest.raises(DeliveryRefusedError, match=r"mixed\.example is at 10\.0\.0\.1") as refused:
        channels.send(strict, hook("https://mixed.example/"))

    assert "allow_private" in (refused.value.hint or "")
    assert connected == []


def test_a_name_that_changes_its_address_is_asked_once(
    open_settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    """DNS rebinding: public when it is looked at, this host when it is connected to."""
    strict = replace(open_settings, webhooks=replace(open_settings.webhooks, allow_private=False))
    connected = never_connects(monkeypatch)
    asked = resolves(monkeypatch, ["1.1.1.1"], ["127.0.0.1"])

    with pytest.raises(DeliveryError):
        channels.send(strict, hook("https://rebinding.example/"))

    assert asked == ["rebinding.example"]
    assert connected == ["1.1.1.1"]


def test_the_next_address_is_tried_where_one_does_not_answer(
    open_settings: Settings, server: HttpServer, monkeypatch: pytest.MonkeyPatch
):
    resolves(monkeypatch, ["127.0.0.7", "127.0.0.1"])

    assert channels.send(open_settings, hook(server.url(host="two.example"))) == "HTTP 200: thanks"


def test_an_address_that_swallows_everything_leaves_time_for_the_next_one(
    open_settings: Settings, server: HttpServer, monkeypatch: pytest.MonkeyPatch
):
    """As IPv6 does where only half of it is set up."""
    resolves(monkeypatch, ["127.0.0.7", "127.0.0.1"])
    slow = replace(open_settings, webhooks=replace(open_settings.webhooks, timeout_seconds=4.0))
    with ExitStack() as open_ones:
        open_ones.enter_context(socket.create_server(("127.0.0.7", server.port), backlog=0))
        for _ in range(4):  # nobody accepts these, and the system takes no more
            waiting = open_ones.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.7", server.port))

        assert channels.send(slow, hook(server.url(host="two.example"))) == "HTTP 200: thanks"


def test_tls_is_held_to_the_name_though_the_address_was_settled(
    open_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    certificate = certificate_for(tmp_path, "hook.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    resolves(monkeypatch, *[["127.0.0.1"]] * 2)
    with http_server({"/": says("200 OK", "thanks")}, certificate) as server:
        told = channels.send(open_settings, hook(server.url(host="hook.example", scheme="https")))
        with pytest.raises(DeliveryError, match=r"certificate of other\.example cannot be trusted"):
            channels.send(open_settings, hook(server.url(host="other.example", scheme="https")))

    assert told == "HTTP 200: thanks"
    assert [one.headers["host"] for one in server.posted] == [f"hook.example:{server.port}"]


def test_a_certificate_of_nobody_known_is_not_trusted(open_settings: Settings, tmp_path: Path):
    with (
        http_server({"/": says("200 OK")}, certificate_for(tmp_path, "localhost")) as server,
        pytest.raises(DeliveryError, match="cannot be trusted") as told,
    ):
        channels.send(open_settings, hook(server.url(scheme="https")))

    assert "SSL_CERT_FILE" in (told.value.hint or "")
    assert server.posted == []


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("http://hooks.example/x", "does not begin with https"),
        ("ftp://hooks.example/x", "no web address"),
        ("hooks.example/x", "no web address"),
        ("https://", "no web address"),
        ("https://user:hunter2@hooks.example/", "user or password"),
        ("https://hooks.example/a\r\nx: y", "no web address"),
        ("https://hooks.example/a b", "no web address"),
        ("https://hooks.example:port/", "no web address"),
        ("https://192.168.1.1/", "may not reach"),
        ("https://[::ffff:127.0.0.1]:8443/", "may not reach"),
        ("https://größe.example/", "no web address"),
        ("https://hooks..example/", "no web address"),
        ("https://[::1/", "no web address"),
        ("https://" + "a" * 70 + ".example/", "no web address"),
        ("", "no web address"),
    ],
)
def test_an_address_that_cannot_work_is_refused_before(settings: Settings, address: str, told: str):
    with pytest.raises(UsageError, match=told) as refused:
        channels.check(settings, Target(channel=Channel.WEBHOOK, address=address, secret="env:HOOK_SECRET"))

    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("secret", "told"),
    [
        ("hunter2-hunter2-hunter2-hunter2-hunter2", "is not whsec_"),
        ("whsec_c2hvcnQ=", "24 to 64 bytes"),
        ("whsec_no*base64*at*all*but*it*is*long*enough", "is not whsec_"),
    ],
)
def test_a_key_of_another_form_is_refused_and_not_repeated(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, secret: str, told: str
):
    monkeypatch.setenv("HOOK_SECRET", secret)

    with pytest.raises(ConfigurationError, match=told) as refused:
        channels.check(
            settings,
            Target(channel=Channel.WEBHOOK, address="https://hooks.example/", secret="env:HOOK_SECRET"),
        )

    assert secret not in f"{refused.value}{refused.value.hint}"


def test_without_a_key_nothing_is_signed_and_nothing_sent(settings: Settings):
    with pytest.raises(UsageError, match="no secret was named"):
        channels.check(settings, Target(channel=Channel.WEBHOOK, address="https://hooks.example/"))


@pytest.mark.parametrize(
    "answer",
    [
        says("404 Not Found", "nothing at /services/T0001111/B2222222/hush-hush-hush?k=secretkey here"),
        says("500 Oh", "<b>hush-hush-hush</b>"),
        sends(b"nothing at /services/T0001111/B2222222/hush-hush-hush?k=secretkey here\r\n"),
        drips(b""),
    ],
)
def test_a_secret_address_is_repeated_by_nobody(
    open_settings: Settings, server: HttpServer, monkeypatch: pytest.MonkeyPatch, answer: Any
):
    path = "/services/T0001111/B2222222/hush-hush-hush?k=secretkey"
    server.answers[path.partition("?")[0]] = answer
    monkeypatch.setenv("HOOK_URL", server.url(path))
    slow = replace(open_settings, webhooks=replace(open_settings.webhooks, timeout_seconds=3.0))

    with pytest.raises(DeliveryError) as told:
        channels.send(slow, hook("env:HOOK_URL"))

    everything = "".join(traceback.format_exception(told.value)) + str(told.value.hint)
    assert [one.path for one in server.posted] == [path]
    assert not [part for part in ("hush", "T0001111", "secretkey") if part in everything]


def test_what_a_server_says_cannot_steer_a_terminal(open_settings: Settings, server: HttpServer):
    server.answers["/"] = says("200 OK", "fine\x1b[2J\r\nerror: \u202eforged")

    assert (
        channels.send(open_settings, hook(server.url())) == "HTTP 200: fine[U+001B][2J error: [U+202E]forged"
    )


def test_slack_gets_blocks_and_the_same_as_text(
    open_settings: Settings, server: HttpServer, monkeypatch: pytest.MonkeyPatch
):
    server.answers["/services/T1/B2/XXXXXXXXXXXX"] = says("200 OK", "ok")
    monkeypatch.setenv("SLACK_URL", server.url("/services/T1/B2/XXXXXXXXXXXX"))
    target = outgoing(Channel.SLACK, "env:SLACK_URL")

    channels.check(open_settings, target.target)
    answer = channels.send(open_settings, target)

    payload = json.loads(server.posted[0].body)
    assert answer == "HTTP 200: ok"
    assert payload["blocks"][0]["text"]["text"].endswith(
        "harbour-lamps.example fails 9 rules, 2 of them critical"
    )
    assert "stored before any choice" in payload["text"]


@pytest.mark.parametrize(
    ("address", "value", "told"),
    [
        ("https://hooks.slack.example/services/T/B/hush", "", "is a secret"),
        ("env:SLACK_URL", "", "SLACK_URL, where a secret is expected, is not set"),
        ("env:SLACK_URL", "hush-hush", "in env:SLACK_URL is no web address"),
        ("env:SLACK_URL", "http://hooks.slack.example/hush", "does not begin with https"),
    ],
)
def test_an_address_of_slack_is_found_elsewhere(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, address: str, value: str, told: str
):
    monkeypatch.setenv("SLACK_URL", value)

    with pytest.raises(ScanjobsError, match=told) as refused:
        channels.check(settings, Target(channel=Channel.SLACK, address=address))

    assert "hush" not in str(refused.value)


def resolves(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Names have these addresses, at each question the next ones; answers the names that were asked."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in answers[len(asked) - 1]
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def never_connects(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """No connection comes about; answers where one was tried."""
    tried: list[str] = []

    class Unconnected(socket.socket):
        def connect(self, address: Any) -> None:
            tried.append(address[0])
            raise ConnectionRefusedError("nobody")

    monkeypatch.setattr(socket, "socket", Unconnected)
    return tried
