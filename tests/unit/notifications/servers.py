"""Servers that answer as servers do: well, slowly, half, too much, or with a refusal."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from tests.site.certificate import self_signed

Answer = Callable[[socket.socket], None]


@dataclass
class Posted:
    """What a server was sent."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class HttpServer:
    """A server of HTTP whose answers are bytes, sent as a test says."""

    port: int
    answers: dict[str, Answer]
    posted: list[Posted] = field(default_factory=list)
    connections: int = 0

    def url(self, path: str = "/", host: str = "localhost", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


def says(status: str, body: str = "", **headers: str) -> Answer:
    """A whole answer."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    text = "\r\n".join([f"HTTP/1.1 {status}", f"content-length: {len(body.encode())}", *lines, "", body])
    return lambda client: client.sendall(text.encode())


def sends(data: bytes) -> Answer:
    """Just these bytes, then the end."""
    return lambda client: client.sendall(data)


def drips(data: bytes, seconds: float = 0.05) -> Answer:
    """A byte at a time, for ever."""

    def answer(client: socket.socket) -> None:
        client.sendall(data)
        while True:
            time.sleep(seconds)
            client.sendall(b"x")

    return answer


def floods(client: socket.socket) -> None:
    """An answer that never ends."""
    client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        client.sendall(b"y" * 65_536)


def is_silent(client: socket.socket) -> None:
    """Nothing, until the client goes."""
    client.recv(1)


@contextmanager
def http_server(answers: dict[str, Answer], certificate: Path | None = None) -> Iterator[HttpServer]:
    """Serve until the block ends; with a certificate it speaks TLS."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = HttpServer(listener.getsockname()[1], answers)
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)

    def serve(client: socket.socket) -> None:
        with contextlib.suppress(OSError, ssl.SSLError), client:
            client.settimeout(30)
            if context is None:
                _answer(server, client)
            else:
                with context.wrap_socket(client, server_side=True) as protected:
                    _answer(server, protected)

    def accept() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server.connections += 1
            threading.Thread(target=serve, args=(client,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _answer(server: HttpServer, client: socket.socket) -> None:
    with client.makefile("rb") as file:
        if not (start := file.readline()):
            return
        path = start.split()[1].decode()
        headers = {}
        while line := file.readline().strip().decode():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = file.read(int(headers.get("content-length", 0)))
    server.posted.append(Posted(path, headers, body))
    server.answers.get(path.partition("?")[0], says("404 Not Found", f"no {path} here"))(client)


def certificate_for(folder: Path, *hosts: str) -> Path:
    """Key and certificate of these hosts in one file, which can also be trusted as an authority."""
    path = folder / f"{hosts[0]}.pem"
    path.write_bytes(self_signed(hosts))
    return path


@dataclass
class Mailbox:
    """A mail server: what it took, and what it says."""

    port: int = 0
    mails: list[Envelope] = field(default_factory=list)
    was_protected: list[bool] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    rcpt_answer: str | None = None
    data_answer: str = "250 2.0.0 Ok: queued as 4F1X"
    quit_answer: str | None = None

    async def handle_RCPT(self, server, session: Session, envelope: Envelope, address: str, options) -> str:
        if self.rcpt_answer is not None:
            return self.rcpt_answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session: Session, envelope: Envelope) -> str:
        self.mails.append(envelope)
        self.was_protected.append(server.transport.get_extra_info("sslcontext") is not None)
        return self.data_answer

    async def handle_QUIT(self, server, session: Session, envelope: Envelope) -> str:
        return self.quit_answer or "221 Bye"

    def authenticate(self, server, session, envelope, mechanism: str, data: LoginPassword) -> AuthResult:
        self.users.append(data.login.decode())
        return AuthResult(success=data.password == b"hush-hush", handled=False)


@contextmanager
def mail_server(
    certificate: Path | None = None, *, starttls: bool = True, auth: bool = False
) -> Iterator[Mailbox]:
    """A real mail server on loopback until the block ends."""
    mailbox = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        mailbox.port = free.getsockname()[1]
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=mailbox.port,
        ssl_context=None if starttls else context,
        tls_context=context if starttls else None,
        require_starttls=context is not None and starttls,
        authenticator=mailbox.authenticate,
        auth_required=auth,
        auth_require_tls=context is not None or not auth,
    )
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
