"""Posts to a web address: to the very address that was looked at, within one limit of time, once."""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass

from scanjobs.domain.channel_settings import WebhookSettings
from scanjobs.errors import DeliveryError
from scanjobs.notifications.addresses import Place, places_of
from scanjobs.notifications.urls import Url

LARGEST_ANSWER = 4096
"""Bytes of an answer that are read; what follows is not waited for."""
_TRUST = "A certificate authority of your own is named by the environment variable SSL_CERT_FILE."


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    text: str
    """The beginning of its body."""
    retry_after: str | None


def post(url: Url, body: bytes, headers: Mapping[str, str], rules: WebhookSettings) -> Answer:
    """Post once; redirects are not followed.

    Raises:
        DeliveryError: the server cannot be reached, or does not speak HTTP.
        DeliveryRefusedError: it is somewhere it must not be.
    """
    deadline = time.monotonic() + rules.timeout_seconds
    try:
        places = places_of(url.host, url.port, allow_private=rules.allow_private)
        with _connected(places, deadline) as plain, _protected(plain, url) as connection:
            return _exchanged(connection, url, body, headers, deadline)
    except ssl.SSLCertVerificationError as error:
        raise DeliveryError(
            f"The certificate of {url.host} cannot be trusted: {error.verify_message}.", hint=_TRUST
        ) from error
    except TimeoutError as error:
        raise DeliveryError(f"{url.host} did not answer within {rules.timeout_seconds:g} seconds.") from error
    except http.client.RemoteDisconnected as error:
        raise DeliveryError(f"{url.host} closed the connection without an answer.") from error
    except http.client.HTTPException:
        # What it quotes of the answer may repeat a secret address.
        raise DeliveryError(f"{url.host} answered something that is no HTTP.") from None
    except OSError as error:
        reason = getattr(error, "reason", None) or error.strerror or str(error)
        raise DeliveryError(f"{url.host} cannot be reached: {reason}.") from error


def _connected(places: list[Place], deadline: float) -> socket.socket:
    """A connection to the first place that takes one."""
    failure: OSError = TimeoutError()
    for number, place in enumerate(places):
        connection = socket.socket(place.family, socket.SOCK_STREAM)
        try:
            # One that swallows everything leaves the others their share of the time.
            connection.settimeout(_left(deadline) / (len(places) - number))
            connection.connect(place.address)
        except OSError as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure


def _protected(connection: socket.socket, url: Url) -> socket.socket:
    """The connection with TLS that is held to the name of the host, where the address asks for TLS."""
    if not url.is_tls:
        return connection
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context.wrap_socket(connection, server_hostname=url.host)


def _exchanged(
    connection: socket.socket, url: Url, body: bytes, headers: Mapping[str, str], deadline: float
) -> Answer:
    client = http.client.HTTPConnection(url.host, url.port)
    client.sock = _Deadlined(connection, deadline)  # one that is there is not made anew
    client.request("POST", url.path, body, {**headers, "host": url.netloc, "connection": "close"})
    response = client.getresponse()
    start = b""
    # Whoever has told a status has taken or refused the message, whatever becomes of the words after it.
    with contextlib.suppress(OSError, http.client.HTTPException):
        start = response.read(LARGEST_ANSWER)
    return Answer(
        status=response.status,
        text=start.decode("utf-8", "replace"),
        retry_after=response.getheader("retry-after"),
    )


class _Deadlined:
    """What the HTTP client needs of a connection, with one limit of time for all of it.

    The time limit of a socket begins anew with each byte, so a server that drips would never meet it.
    """

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        """Send within what is left of the time."""
        view = memoryview(data)
        while view:
            self._connection.settimeout(_left(self._deadline))
            view = view[self._connection.send(view) :]

    def makefile(self, mode: str) -> io.BufferedReader:
        """What comes in."""
        return io.BufferedReader(_Incoming(self._connection, self._deadline))

    def close(self) -> None:
        """Nothing: whoever opened the connection closes it."""


class _Incoming(io.RawIOBase):
    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        self._connection.settimeout(_left(self._deadline))
        return self._connection.recv_into(buffer)  # type: ignore[arg-type]


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
