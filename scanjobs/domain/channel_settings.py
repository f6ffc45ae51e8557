"""How messages leave this machine: the mail server, and what webhooks may reach."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class MailSecurity(StrEnum):
    """How the connection to the mail server is protected."""

    STARTTLS = "starttls"
    """Begins in clear and turns to TLS before anything is said; without TLS nothing is sent."""
    TLS = "tls"
    NONE = "none"
    """Mails, and the password where there is one, go in clear."""


MAIL_PORTS = {MailSecurity.STARTTLS: 587, MailSecurity.TLS: 465, MailSecurity.NONE: 25}


@dataclass(frozen=True, kw_only=True, slots=True)
class MailSettings:
    """The table `[mail]` of the configuration; without a host no mail is sent."""

    host: str = ""
    port: int = 0
    """0 for the usual one: 587 with STARTTLS, 465 with TLS, 25 without."""
    security: MailSecurity = MailSecurity.STARTTLS
    user: str = ""
    """Empty where the server wants no name."""
    password: str = field(default="", repr=False)  # somebody may have put the password itself here
    """Where the password is found, `env:NAME` or `file:PATH`; never the password itself."""
    sender: str = ""
    """The address mails come from."""
    timeout_seconds: float = 30.0
    """How long the server may be silent."""
    attach_megabytes: float = 10.0
    """Larger reports are not attached; the mail tells where they are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookSettings:
    """The table `[webhooks]` of the configuration; it holds for Slack as well."""

    allow_http: bool = False
    """Whether addresses may begin with `http://`; what is sent can then be read on its way."""
    allow_private: bool = False
    """Whether addresses in private networks and on this host may be reached."""
    timeout_seconds: float = 15.0
    """How long one attempt may take as a whole."""
