"""Posts events as signed JSON, in the form of Standard Webhooks."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime

from scanjobs import __version__
from scanjobs.config import Settings
from scanjobs.domain.notifications import Outgoing, Target
from scanjobs.errors import ConfigurationError, UsageError
from scanjobs.notifications.answers import deliver
from scanjobs.notifications.messages import message
from scanjobs.notifications.secrets import read_secret
from scanjobs.notifications.urls import check_url, url_of

PREFIX = "whsec_"
LEAST, MOST = 24, 64
"""Bytes of a key, as Standard Webhooks has them."""
_MAKE = 'printf "whsec_%s" "$(openssl rand -base64 32)" makes one; keep it in a file that only you can read.'


def send(settings: Settings, outgoing: Outgoing) -> str:
    """Post the event or the digest."""
    url = url_of(outgoing.target, settings.webhooks)
    keys = _keys(outgoing.target)
    body = body_of(message(settings, outgoing).data)
    now = settings.clock.now()
    return deliver(url, body, headers_of(outgoing.id, now, body, keys), settings.webhooks, now)


def check(settings: Settings, target: Target) -> None:
    """It is a web address that may be posted to, and there is a key to sign with."""
    check_url(target, settings.webhooks)
    _keys(target)


def body_of(data: object) -> bytes:
    """What is posted, the same at each attempt."""
    return json.dumps(data, separators=(",", ":"), allow_nan=False).encode("ascii")


def headers_of(delivery_id: str, now: datetime, body: bytes, keys: Sequence[bytes]) -> dict[str, str]:
    """The headers of a signed message; each key gives a signature, so that keys can be exchanged."""
    timestamp = str(int(now.timestamp()))
    content = f"{delivery_id}.{timestamp}.".encode() + body
    signatures = (base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode() for key in keys)
    return {
        "content-type": "application/json",
        "user-agent": f"scanjobs/{__version__}",
        "webhook-id": delivery_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def keys_in(secret: str, place: str) -> list[bytes]:
    """The keys in a secret, the newest first; `place` is where it was found.

    Raises:
        ConfigurationError: it is not of the form of Standard Webhooks.
    """
    keys = []
    for word in secret.split():
        try:
            key = base64.b64decode(word.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            key = b""
        if not word.startswith(PREFIX) or not LEAST <= len(key) <= MOST:
            raise ConfigurationError(
                f"The secret in {place} is not {PREFIX} and {LEAST} to {MOST} bytes in Base64.", hint=_MAKE
            ) from None
        keys.append(key)
    return keys


def _keys(target: Target) -> list[bytes]:
    if target.secret is None:
        raise UsageError("Webhooks are signed, and no secret was named to sign with.", hint=_MAKE)
    return keys_in(read_secret(target.secret), target.secret)
