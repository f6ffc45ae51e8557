"""Plays every host of the test site on one loopback port, by the Host header."""

from __future__ import annotations

import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from threading import Thread
from typing import Any

from tests.site import cookies, hosts
from tests.site.certificate import tls_context


@dataclass(frozen=True)
class Shop:
    """The running site."""

    port: int

    @property
    def url(self) -> str:
        """The home page, as a browser with `browser_arguments` finds it."""
        return f"https://{cookies.SHOP}/"

    @property
    def host_rules(self) -> str:
        """What Chromium's `--host-resolver-rules` must say: every `.example` host is here, at this port."""
        return f"MAP *.example 127.0.0.1:{self.port}"

    @property
    def browser_arguments(self) -> list[str]:
        """What Chromium must be started with to see the site."""
        return [f"--host-resolver-rules={self.host_rules}", "--ignore-certificate-errors"]


@contextmanager
def serve() -> Iterator[Shop]:
    """Serve the site on a free port of loopback until the block ends."""
    server = _Server(("127.0.0.1", 0), _Handler)
    thread = Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="test-site", daemon=True
    )
    thread.start()
    try:
        yield Shop(port=server.server_port)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # browsers keep connections open for minutes

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._tls = tls_context(cookies.HOSTS)

    def get_request(self) -> tuple[socket, Any]:
        connection, address = super().get_request()
        # The handshake waits for the handler's thread: a silent client would otherwise stop all others.
        return self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ssl.SSLError | ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "harbour"
    sys_version = ""

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: tests read their own output."""

    def _answer(self) -> None:
        host = (self.headers.get("Host") or "").partition(":")[0]
        answer = hosts.answer(host, self.command, self.path, self.headers.get("Cookie") or "")
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "no-store")
        for name, value in answer.headers:
            self.send_header(name, value)
        for cookie in answer.cookies:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(answer.body)
