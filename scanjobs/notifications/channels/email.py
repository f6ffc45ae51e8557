"""Sends mails: as text and as a page, over a connection that nobody reads on the way."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from scanjobs import __version__
from scanjobs.config import Settings
from scanjobs.domain.channel_settings import MAIL_PORTS, MailSecurity, MailSettings
from scanjobs.domain.notifications import Outgoing, Target
from scanjobs.errors import ConfigurationError, DeliveryError, DeliveryRefusedError, UsageError
from scanjobs.notifications.mail_addresses import mail_address
from scanjobs.notifications.messages import Message, message
from scanjobs.notifications.one_line import one_line
from scanjobs.notifications.secrets import read_secret

LONGEST_ANSWER = 200
"""Characters of what a server says that are kept."""
_SECTION = "See the table [mail] of config.toml in docs/notifications.md."
_NO_TLS = 'Use a server with TLS, or write security = "none" under [mail] if nobody can listen there.'


def send(settings: Settings, outgoing: Outgoing) -> str:
    """Send the event or the digest to one address; answers what the server said of it."""
    check(settings, outgoing.target)
    mail = mail_of(settings, outgoing, message(settings, outgoing))
    with _explained(settings.mail):
        server = _connected(settings.mail)
        try:
            return _handed_over(server, mail)
        finally:
            # Once the mail was taken, nothing that goes wrong while parting may have it sent again.
            with contextlib.suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()


def check(settings: Settings, target: Target) -> None:
    """It is a mail address, and there is a mail server to bring it there."""
    try:
        mail_address(target.address)
    except ValueError as error:
        raise UsageError(f"{target.address!r} is no mail address: {error}.") from None
    if not settings.mail.host:
        raise ConfigurationError("No mail server is configured: 'mail.host' is empty.", hint=_SECTION)
    sender_of(settings.mail)
    if settings.mail.user:
        _password(settings.mail)


def try_connection(settings: Settings) -> None:
    """Greet the server as before each mail, log in, and leave without one.

    Raises:
        ConfigurationError: the settings are not complete.
        DeliveryError: the server cannot be reached, or does not want us.
    """
    with _explained(settings.mail):
        server = _connected(settings.mail)
        with contextlib.suppress(OSError, smtplib.SMTPException):
            server.quit()
        server.close()


def sender_of(mail: MailSettings) -> str:
    """The address that mails come from.

    Raises:
        ConfigurationError: there is none.
    """
    try:
        return mail_address(mail.sender)
    except ValueError as error:
        raise ConfigurationError(
            f"The setting 'mail.sender' cannot be {mail.sender!r}: {error}.", hint=_SECTION
        ) from None


def mail_of(settings: Settings, outgoing: Outgoing, message: Message) -> EmailMessage:
    """The mail with all its parts; the same at each attempt."""
    sender = sender_of(settings.mail)
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = formataddr(("scanjobs", sender))
    mail["To"] = mail_address(outgoing.target.address)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(outgoing.created_at)
    mail["Message-ID"] = f"<{outgoing.id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Mailer"] = f"scanjobs {__version__}"
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    if message.attachment is not None:
        kind, _, subkind = message.attachment.media_type.partition("/")
        mail.add_attachment(
            message.attachment.data, maintype=kind, subtype=subkind, filename=message.attachment.name
        )
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{number}_{outgoing.id}")
    return mail


def _connected(mail: MailSettings) -> smtplib.SMTP:
    """A connection on which one may speak, logged in where the server wants that."""
    port = mail.port or MAIL_PORTS[mail.security]
    seconds = mail.timeout_seconds
    name = sender_of(mail).rpartition("@")[2]
    trust = ssl.create_default_context()
    if mail.security is MailSecurity.TLS:
        server: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, port, name, timeout=seconds, context=trust)
    else:
        server = smtplib.SMTP(mail.host, port, name, timeout=seconds)
    try:
        server.ehlo_or_helo_if_needed()
        if mail.security is MailSecurity.STARTTLS:
            server.starttls(context=trust)
            server.ehlo()
        if mail.user:
            server.login(mail.user, _password(mail))
    except BaseException:
        server.close()
        raise
    return server


def _handed_over(server: smtplib.SMTP, mail: EmailMessage) -> str:
    """Have the server take the mail, step by step, since only so its last answer is heard."""
    _accepted(server.mail(mail["From"].addresses[0].addr_spec))
    _accepted(server.rcpt(mail["To"].addresses[0].addr_spec))
    return _accepted(server.data(mail.as_bytes()))


def _accepted(answer: tuple[int, bytes]) -> str:
    code, words = answer
    if not 200 <= code < 300:
        raise smtplib.SMTPResponseException(code, words)
    return _told(code, words)


def _told(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return one_line(f"{code} {text}", LONGEST_ANSWER)


def _password(mail: MailSettings) -> str:
    if not mail.password:
        raise ConfigurationError("The setting 'mail.user' needs a 'mail.password' beside it.", hint=_SECTION)
    return read_secret(mail.password)


@contextlib.contextmanager
def _explained(mail: MailSettings) -> Iterator[None]:
    """What the server or the network says, as a sentence and a way out."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        # What it says may repeat what it was told.
        raise _judged(error.smtp_code)(
            f"The mail server {mail.host} does not let user {mail.user!r} in ({error.smtp_code}).",
            hint="Mend 'mail.user' or what 'mail.password' names.",
        ) from None
    except smtplib.SMTPResponseException as error:
        raise _judged(error.smtp_code)(
            f"The mail server {mail.host} did not take the mail: {_told(error.smtp_code, error.smtp_error)}"
        ) from error
    except smtplib.SMTPNotSupportedError as error:
        raise DeliveryRefusedError(
            f"The mail server {mail.host} offers no {'login' if _is_about_login(error) else 'TLS'}.",
            hint=_SECTION if _is_about_login(error) else _NO_TLS,
        ) from error
    except smtplib.SMTPServerDisconnected as error:
        if isinstance(error.__context__, TimeoutError):
            raise _silent(mail) from error
        raise DeliveryError(f"The mail server {mail.host} closed the connection.") from error
    except smtplib.SMTPException as error:
        # Left over: it offers no kind of login that is known here.
        raise DeliveryRefusedError(f"The mail server {mail.host} cannot be used: {error}.") from error
    except ssl.SSLCertVerificationError as error:
        raise DeliveryError(
            f"The certificate of the mail server {mail.host} cannot be trusted: {error.verify_message}.",
            hint="A certificate authority of your own is named by the environment variable SSL_CERT_FILE.",
        ) from error
    except TimeoutError as error:
        raise _silent(mail) from error
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DeliveryError(f"The mail server {mail.host} cannot be reached: {reason}.") from error


def _silent(mail: MailSettings) -> DeliveryError:
    return DeliveryError(f"The mail server {mail.host} was silent for {mail.timeout_seconds:g} seconds.")


def _judged(code: int) -> type[DeliveryError]:
    return DeliveryRefusedError if code >= 500 else DeliveryError


def _is_about_login(error: smtplib.SMTPNotSupportedError) -> bool:
    return "AUTH" in str(error)
