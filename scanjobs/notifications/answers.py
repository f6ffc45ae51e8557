"""Says what the answer of a web server means for a message: taken, not now, or never."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from scanjobs.domain.channel_settings import WebhookSettings
from scanjobs.errors import DeliveryError, DeliveryRefusedError
from scanjobs.notifications.one_line import one_line
from scanjobs.notifications.transport import Answer, post
from scanjobs.notifications.urls import Url, without_secrets

LONGEST_WAIT = 86_400.0
"""Seconds that a server can ask to be left alone."""
LONGEST_TOLD = 200
"""Characters of an answer that are kept."""
NOT_NOW = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)


def deliver(url: Url, body: bytes, headers: dict[str, str], rules: WebhookSettings, now: datetime) -> str:
    """Post a message; answers what the server said.

    Raises:
        DeliveryError: it cannot be reached, or does not take the message now.
        DeliveryRefusedError: it refuses the message, or sends it somewhere else.
    """
    answer = post(url, body, headers, rules)
    words = one_line(without_secrets(answer.text, url), LONGEST_TOLD)
    told = f"HTTP {answer.status}: {words}" if words else f"HTTP {answer.status}"
    if 200 <= answer.status < 300:
        return told
    if 300 <= answer.status < 400:
        raise DeliveryRefusedError(
            f"{url.host} answered with a redirect, which is not followed ({told}).",
            hint="Name the address it leads to, if you trust it.",
        )
    if answer.status < 500 and answer.status not in NOT_NOW:
        raise DeliveryRefusedError(f"{url.host} refused the message ({told}).")
    raise DeliveryError(
        f"{url.host} did not take the message now ({told}).",
        retry_after_seconds=seconds_until(answer, now),
    )


def seconds_until(answer: Answer, now: datetime) -> float | None:
    """How long a server wants to be left alone, told in seconds or as a date; None where it does not say."""
    told = (answer.retry_after or "").strip()
    try:
        if told.isascii() and told.isdigit():
            seconds = float(told)
        else:
            moment = parsedate_to_datetime(told)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            seconds = (moment - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT)
