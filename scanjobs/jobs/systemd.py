"""Lets systemd run a worker: tells it when the worker is ready and alive, and prints a unit."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

WATCHDOG_SECONDS = 60
"""A worker that has said nothing for so long hangs; it waits for a locked database for at most 10 s."""
STOP_SECONDS = 330
"""Longer than the usual hard limit of a job, so that a stop lets running jobs finish."""


_SYSTEM_UNIT = ("Wants=network-online.target", "After=network-online.target postgresql.service")
_SYSTEM_USER = ("User=scanjobs", "StateDirectory=scanjobs", "StateDirectoryMode=0750", "UMask=0027")
_HARDENING = (
    "# Reports may go wherever the user scanjobs may write, but for the system's own folders and homes.",
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=",
    "ProtectSystem=full",
    "ProtectHome=yes",
    "PrivateDevices=yes",
    "ProtectClock=yes",
    "ProtectControlGroups=yes",
    "ProtectHostname=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "LockPersonality=yes",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "# No PrivateTmp: commands wake the worker by a socket there.",
)


class Notifier:
    """Speaks the protocol of sd_notify(3); says nothing where systemd did not start the process."""

    def __init__(self) -> None:
        address = os.environ.get("NOTIFY_SOCKET", "")
        # An address that begins with @ is in the abstract namespace, where a NUL byte stands for it.
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._socket.setblocking(False)

    def ready(self, status: str) -> None:
        """The worker takes jobs."""
        self._tell("READY=1", f"STATUS={status}")

    def alive(self) -> None:
        """The worker has made another turn."""
        self._tell("WATCHDOG=1")

    def reloading(self) -> None:
        """The worker finishes what runs and begins anew."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """The worker takes no more jobs."""
        self._tell("STOPPING=1")

    def _tell(self, *lines: str) -> None:
        if self._address:
            with suppress(OSError):  # whoever listened is gone, or has not kept up
                self._socket.sendto("\n".join(lines).encode(), self._address)


def unit(home: Path, arguments: Sequence[str], *, is_system: bool) -> str:
    """The text of a unit that runs a worker with these arguments of `scanjobs worker`."""
    command = [sys.executable, "-P", "-m", "scanjobs", "worker", *arguments]
    lines = [
        "[Unit]",
        "Description=scanjobs worker",
        *(_SYSTEM_UNIT if is_system else ()),
        "# It is started again however often it ends.",
        "StartLimitIntervalSec=0",
        "",
        "[Service]",
        "Type=notify",
        f"ExecStart={' '.join(map(_quoted, command))}",
        "ExecReload=/bin/kill -HUP $MAINPID",
        f"Environment={_quoted(f'SCANJOBS_HOME={home}')}",
        *(_SYSTEM_USER if is_system else ()),
        "Restart=always",
        "RestartSec=2",
        f"WatchdogSec={WATCHDOG_SECONDS}",
        "# The worker ends its children itself, after their jobs.",
        "KillMode=mixed",
        f"TimeoutStopSec={STOP_SECONDS}",
        "# A child that the kernel kills for its memory fails its job, not the worker.",
        "OOMPolicy=continue",
        *(_HARDENING if is_system else ()),
        "",
        "[Install]",
        f"WantedBy={'multi-user.target' if is_system else 'default.target'}",
    ]
    return "\n".join(lines)


def _quoted(word: str) -> str:
    """As systemd.syntax(7) wants it: quoted where it must be, with `%` and `$` doubled."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if any(char.isspace() or char in "\"'\\;" for char in word) else escaped
