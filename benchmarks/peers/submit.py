"""Submits to one system in a process of its own: `python -m peers.submit MODULE accept|mark COUNT`."""

from __future__ import annotations

import json
import random
import sys
import time
from importlib import import_module

from peers import trace

PAYLOAD = "x" * 1024
WARM_UP = 50
PATIENCE_SECONDS = 15.0


def main() -> None:
    """Do what the arguments say and print what it took, as JSON."""
    module, what, count = import_module(f"peers.{sys.argv[1]}"), sys.argv[2], int(sys.argv[3])
    print(json.dumps(accept(module.submit, count) if what == "accept" else send(module.send_mark, count)))


def accept(submit, count: int) -> float:
    """Submit one after the other; the seconds for one job, without the first few."""
    warm_up = min(WARM_UP, count // 2)
    for _ in range(warm_up):
        submit(PAYLOAD)
    started = time.perf_counter()
    for _ in range(count - warm_up):
        submit(PAYLOAD)
    return (time.perf_counter() - started) / (count - warm_up)


def send(send_mark, count: int) -> int:
    """Submit to an idle worker: each when the one before has begun, after a small pause."""
    chance = random.Random(7)
    known = len(trace.marks(trace.FOLDER))
    for number in range(count):
        time.sleep(chance.uniform(0.01, 0.03))
        send_mark(time.time())
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(trace.marks(trace.FOLDER)) < known + number + 1:
            if time.monotonic() > deadline:
                return number
            time.sleep(0.002)
    return count


if __name__ == "__main__":
    main()
