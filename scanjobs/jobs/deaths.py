"""What becomes of a job whose child died: the attempt counts, another follows while there are any left."""

from __future__ import annotations

import json
import signal
from datetime import datetime, timedelta

from scanjobs.domain.jobs import JobState
from scanjobs.jobs.retries import backoff_seconds
from scanjobs.jobs.values import Claim, Completion, Failure


def after_death(claim: Claim, exit_code: int | None, now: datetime) -> Completion:
    """The completion of an attempt that took its child with it."""
    failure = Failure(error=f"The process that ran the job {_how(exit_code)}.")
    message = json.loads(claim.payload)
    retries = message.get("retries", 0)
    if retries <= 0:
        return Completion(claim=claim, state=JobState.FAILED, failure=failure)
    return Completion(
        claim=claim,
        state=JobState.RETRYING,
        failure=failure,
        retry_payload=json.dumps(
            {**message, "retries": retries - 1}, ensure_ascii=False, separators=(",", ":")
        ),
        retry_at=now + timedelta(seconds=backoff_seconds(claim.attempt)),
    )


def _how(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        try:
            return f"was ended by {signal.Signals(-exit_code).name}"
        except ValueError:
            return f"was ended by signal {-exit_code}"
    return f"ended with exit code {exit_code}"
