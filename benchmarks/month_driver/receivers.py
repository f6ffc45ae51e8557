"""Those who are told: a web server, a mail server and files; each notes what came, and when."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from scanjobs.domain.clock import Clock


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """A message that somebody got."""

    at: datetime
    to: str
    delivery: str
    """The id it came with."""
    killed: bool
    """Whether its sender was killed right after it had been taken."""


@dataclass
class Kills:
    """Who is killed when a message has been taken, and who was killed at all."""

    chance: random.Random
    share: float
    workers: set[int] = field(default_factory=set)
    """The supervisors; only children of these are killed."""
    senders: list[str] = field(default_factory=list)
    others: int = 0
    is_over: bool = False

    def strike(self, port: int, delivery: str) -> bool:
        """Kill the process at the other end of a connection, now and then."""
        if self.is_over or self.chance.random() >= self.share:
            return False
        pid = _owner_of(port)
        if pid is None or _parent_of(pid) not in self.workers:
            return False
        os.kill(pid, signal.SIGKILL)
        self.senders.append(delivery)
        return True


class Receivers:
    """The servers of one run."""

    def __init__(self, clock: Clock, kills: Kills) -> None:
        self.receipts: list[Receipt] = []
        self._clock = clock
        self._kills = kills
        self._lock = threading.Lock()
        receivers = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                to = self.path.strip("/")
                delivery = self.headers["webhook-id"]
                killed = receivers.take(to, delivery, self.client_address[1])
                if killed:
                    return
                with suppress(ConnectionError):  # it may have been killed by somebody else meanwhile
                    self.send_response(200)
                    self.send_header("content-length", "2")
                    self.end_headers()
                    self.wfile.write(b"ok")

            def log_message(self, *_: Any) -> None:
                return

        class Mailbox:
            async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
                mail = message_from_bytes(envelope.content)
                delivery = str(mail["message-id"]).strip("<>").partition("@")[0]
                to = envelope.rcpt_tos[0].partition("@")[0]
                receivers.take(to, delivery, session.peer[1])
                return "250 taken"

        self._web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._web.daemon_threads = True
        threading.Thread(target=self._web.serve_forever, daemon=True).start()
        self.web_port = self._web.server_port
        self.mail_port = _free_port()
        self._mail = Controller(Mailbox(), hostname="127.0.0.1", port=self.mail_port)
        self._mail.start()

    def take(self, to: str, delivery: str, port: int) -> bool:
        """Note a message; whether its sender was killed over it."""
        with self._lock:
            killed = self._kills.strike(port, delivery)
            self.receipts.append(Receipt(at=self._clock.now(), to=to, delivery=delivery, killed=killed))
            return killed

    def read_file(self, to: str, path: Path) -> None:
        """Take what has been written into a file; when, its lines do not tell."""
        for line in path.read_text().splitlines() if path.exists() else ():
            delivery = json.loads(line)["id"]
            self.receipts.append(Receipt(at=datetime.min, to=to, delivery=delivery, killed=False))  # noqa: DTZ901

    def close(self) -> None:
        """Take no more."""
        self._web.shutdown()
        self._web.server_close()
        self._mail.stop()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _owner_of(port: int) -> int | None:
    """The process on this host whose TCP connection begins at a port."""
    wanted = f":{port:04X}"
    inode = None
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(wanted) and fields[9] != "0":
            inode = fields[9]
    if inode is None:
        return None
    for folder in Path("/proc").glob("[0-9]*/fd"):
        try:
            if any(str(one.readlink()) == f"socket:[{inode}]" for one in folder.iterdir()):
                return int(folder.parent.name)
        except OSError:
            continue
    return None


def _parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
