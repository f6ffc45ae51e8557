"""Posts messages to an incoming webhook of Slack, or of Mattermost, which takes the same."""

from __future__ import annotations

import json
from typing import Any

from scanjobs import __version__
from scanjobs.config import Settings
from scanjobs.domain.notifications import Outgoing, Target
from scanjobs.errors import UsageError
from scanjobs.notifications.answers import deliver
from scanjobs.notifications.messages import Message, message
from scanjobs.notifications.secrets import SHAPE, is_reference
from scanjobs.notifications.urls import check_url, url_of


def send(settings: Settings, outgoing: Outgoing) -> str:
    """Post the event or the digest as blocks."""
    url = url_of(outgoing.target, settings.webhooks)
    body = json.dumps(payload_of(message(settings, outgoing))).encode("ascii")
    headers = {"content-type": "application/json", "user-agent": f"scanjobs/{__version__}"}
    return deliver(url, body, headers, settings.webhooks, settings.clock.now())


def check(settings: Settings, target: Target) -> None:
    """Its address is told by where it is found: whoever knows it can write into the channel."""
    if not is_reference(target.address):
        raise UsageError("The address of a Slack webhook is a secret, and was given itself.", hint=SHAPE)
    check_url(target, settings.webhooks)


def payload_of(message: Message) -> dict[str, Any]:
    """What is posted: blocks for Slack, and the same as text for notifications and for Mattermost."""
    return {
        "text": message.text,
        "blocks": list(message.blocks),
        "unfurl_links": False,
        "unfurl_media": False,
    }
