"""What one attempt at a job does, without a process of its own."""

from __future__ import annotations

import pickle
from multiprocessing import Pipe

from scanjobs.jobs.attempt import Attempts, prepare
from scanjobs.jobs.limits import Cooperative


def test_a_claimed_job_runs_though_this_clock_is_behind(queue, leases, clock):
    """Its time has come by the clock of whoever claimed it; hosts and processes differ by a little."""
    queue.work.schedule(args=(7,), delay=60)
    clock.forward(60)
    (claim,), _ = leases().turn([], free=1)
    clock.forward(-0.01)
    prepare(queue)
    ours, theirs = Pipe()

    Attempts(queue, theirs, Cooperative()).work(claim)

    _, _, result = pickle.loads(ours.recv_bytes())
    assert result == "7"
