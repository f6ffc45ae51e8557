"""The job that does not end by itself: it starts a process of its own and hangs in one of three ways."""

from __future__ import annotations

import re
import signal
import subprocess
import time

from peers import trace

LIMIT_SECONDS = 1
"""The hard limit it has everywhere; a whole number, since some take no other."""
FOR_EVER = 600


def hold(how: str) -> None:
    """Hang: in a sleep, in a regular expression that backtracks for ever, or deaf to every signal."""
    begun_at = time.monotonic()
    grandchild = subprocess.Popen(["sleep", str(FOR_EVER)])
    if how == "deaf":
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    trace.note_held(grandchild.pid, begun_at)
    if how == "regex":
        re.match(r"(a+)+$", "a" * 64 + "b")
    else:
        time.sleep(FOR_EVER)
