"""Reads web addresses: which may be posted to, and what of them may be told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from scanjobs.domain.channel_settings import WebhookSettings
from scanjobs.domain.notifications import Target
from scanjobs.errors import ConfigurationError, ScanjobsError, UsageError
from scanjobs.notifications.addresses import is_private_literal
from scanjobs.notifications.secrets import is_reference, read_secret

LONGEST_TOLD = 8
"""Characters of a piece of a secret address from which on it is no word that anybody might use."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Url:
    """A web address, taken apart."""

    host: str
    port: int
    path: str
    """With its query."""
    is_tls: bool
    netloc: str
    """As the header Host has it."""

    def __repr__(self) -> str:
        return f"Url({self.host})"


def url_of(target: Target, rules: WebhookSettings) -> Url:
    """The web address of a target, read from where it is found if it is a secret.

    Raises:
        UsageError: it is no web address, or one that may not be posted to.
        ConfigurationError: it is a secret that cannot be read, or that holds no such address.
    """
    if not is_reference(target.address):
        return parsed(target.address, rules, told=target.told.address, kind=UsageError)
    secret = read_secret(target.address)
    return parsed(secret, rules, told=f"in {target.address}", kind=ConfigurationError)


def check_url(target: Target, rules: WebhookSettings) -> None:
    """Refuse what can never be posted to; where a name leads is seen only when it is used.

    Raises what `url_of` does.
    """
    url = url_of(target, rules)
    if not rules.allow_private and is_private_literal(url.host):
        raise UsageError(
            f"{url.host} is an address that webhooks may not reach.",
            hint="If that is meant, write allow_private = true under [webhooks] in config.toml.",
        )


def parsed(text: str, rules: WebhookSettings, *, told: str, kind: type[ScanjobsError]) -> Url:
    """A web address taken apart; errors tell of it as `told`."""
    try:
        # What urlsplit drops in silence, line breaks above all, is refused.
        if not re.fullmatch(r"[!-~]+", text):
            raise ValueError
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if parts.scheme not in ("http", "https") or not _is_name(host):
            raise ValueError
    except ValueError:
        raise kind(
            f"The address {told} is no web address.",
            hint="It is like https://example.org/x; letters beyond ASCII are written as xn--… and %….",
        ) from None
    if parts.username is not None or parts.password is not None:
        raise kind(
            "A web address with a user or password in it is not taken.",
            hint="Those who receive webhooks know them by their signature.",
        )
    is_tls = parts.scheme == "https"
    if not is_tls and not rules.allow_http:
        raise kind(
            f"The address {told} does not begin with https://.",
            hint="If it must be http, write allow_http = true under [webhooks] in config.toml.",
        )
    usual = 443 if is_tls else 80
    shown = f"[{host}]" if ":" in host else host
    return Url(
        host=host,
        port=port or usual,
        path=path,
        is_tls=is_tls,
        netloc=shown if port in (None, usual) else f"{shown}:{port}",
    )


def _is_name(host: str) -> bool:
    return all(0 < len(label) < 64 for label in host.removesuffix(".").split("."))


def without_secrets(text: str, url: Url) -> str:
    """A text without what an address has that nobody guesses: servers like to repeat the path."""
    pieces = {url.path, *url.path.strip("/").split("/"), *re.split(r"[/?&=]", url.path)}
    for piece in sorted(pieces, key=len, reverse=True):
        if len(piece) >= LONGEST_TOLD:
            text = text.replace(piece, "…")
    return text
