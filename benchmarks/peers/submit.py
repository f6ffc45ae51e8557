"""Submits to one system in a process of its own: `python -m peers.submit MODULE WHAT HOW`.

`accept COUNT` submits so many jobs that do nothing and prints the seconds for one; `mark COUNT` waits after
each until it has begun; `latency COUNT` does the same with a warm-up before it and a lone job after it;
`hold HOW` submits one that hangs, and one behind it. What is printed is JSON.
"""

from __future__ import annotations

import json
import random
import sys
import time
from importlib import import_module

from peers import trace

PAYLOAD = "x" * 1024
WARM_UP = 50
MARK_WARM_UP = 10
"""So many jobs are sent before those that count: the first opens a connection in this process, and the
first of each child loads what it needs."""
LONE_PAUSE_SECONDS = 5.0
PATIENCE_SECONDS = 15.0


def main() -> None:
    """Do what the arguments say and print what it took."""
    module, what, how = import_module(f"peers.{sys.argv[1]}"), sys.argv[2], sys.argv[3]
    match what:
        case "accept":
            answer = accept(module.submit, int(how))
        case "mark":
            answer = send(module.send_mark, int(how))
        case "latency":
            answer = send(module.send_mark, MARK_WARM_UP + int(how))
            time.sleep(LONE_PAUSE_SECONDS)
            answer += send(module.send_mark, 1)
        case _:
            module.send_hold(how)
            module.send_mark(time.monotonic())
            answer = 2
    print(json.dumps(answer))


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
    """Submit to an idle worker: each when the one before has begun, after a small pause.

    Answers how many have begun; fewer where one did not in time.
    """
    chance = random.Random(7)
    known = trace.count_marks(trace.FOLDER)
    for number in range(count):
        time.sleep(chance.uniform(0.01, 0.03))
        send_mark(time.monotonic())
        deadline = time.monotonic() + PATIENCE_SECONDS
        while trace.count_marks(trace.FOLDER) < known + number + 1:
            if time.monotonic() > deadline:
                return number
            time.sleep(0.002)
    return count


if __name__ == "__main__":
    main()
