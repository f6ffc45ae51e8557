"""A wire between a host and its database server that can be cut, and mended."""

from __future__ import annotations

import select
import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit


class Wire:
    """Hands on what both sides say, on a port of its own, until told otherwise."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._there = (parts.hostname or "127.0.0.1", parts.port or 5432)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._port = self._listening.getsockname()[1]
        self.url = parts._replace(netloc=f"{parts.netloc.rpartition('@')[0]}@127.0.0.1:{self._port}").geturl()
        """The URL of the same database at this end of the wire."""
        self._open: set[socket.socket] = set()
        self._is_cut = False
        self._drops_next_answer = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End what is open, and let nobody through."""
        self._is_cut = True
        self._hang_up()

    def mend(self) -> None:
        """Let everybody through again."""
        self._is_cut = False

    def lose_next_answer(self) -> None:
        """Hand on the next words to the server, and hang up when it answers."""
        self._drops_next_answer.set()

    def close(self) -> None:
        """Take it away."""
        self._is_cut = True
        self._listening.close()
        self._hang_up()

    def _hang_up(self) -> None:
        for end in list(self._open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                here, _ = self._listening.accept()
            except OSError:
                return
            if self._is_cut:
                here.close()
            else:
                threading.Thread(target=self._connect, args=(here,), daemon=True).start()

    def _connect(self, here: socket.socket) -> None:
        with here, socket.create_connection(self._there) as there, suppress(OSError):
            ends = {here: there, there: here}
            self._open.update(ends)
            try:
                while True:
                    for end in select.select(list(ends), [], [])[0]:
                        words = end.recv(65536)
                        if not words:
                            return
                        if end is there and self._drops_next_answer.is_set():
                            self._drops_next_answer.clear()
                            return
                        ends[end].sendall(words)
            finally:
                self._open.difference_update(ends)
