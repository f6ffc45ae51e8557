"""What becomes of a job whose child died: the attempt counts, another follows while there are any left."""

from __future__ import annotations

import json
import signal
from datetime import datetime, timedelta
from typing import Any

from scanjobs.domain.jobs import JobState
from scanjobs.jobs.retries import backoff_seconds
from scanjobs.jobs.values import Claim, Completion, Failure


def after_death(claim: Claim, why: str, now: datetime, started_at: float | None) -> Completion:
    """The completion of an attempt that took its child with it."""
    failure = Failure(error=why)
    message = _message(claim.payload)
    retries = message.get("retries") or 0
    if retries <= 0:
        return Completion(claim=claim, state=JobState.FAILED, failure=failure, started_at=started_at)
    return Completion(
        claim=claim,
        state=JobState.RETRYING,
        failure=failure,
        retry_payload=json.dumps(
            {**message, "retries": retries - 1}, ensure_ascii=False, separators=(",", ":")
        ),
        retry_at=now + timedelta(seconds=backoff_seconds(claim.attempt)),
    )


def _message(payload: str) -> dict[str, Any]:
    try:
        message = json.loads(payload)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def how_it_died(exit_code: int | None) -> str:
    """The end of a child in a sentence."""
    return f"The process that ran the job {_ended(exit_code)}."


def _ended(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        try:
            return f"was ended by {signal.Signals(-exit_code).name}"
        except ValueError:
            return f"was ended by signal {-exit_code}"
    return f"ended with exit code {exit_code}"
