"""Makes a message of an event or a digest, for the channel that it goes by."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from scanjobs import __version__
from scanjobs.config import Settings
from scanjobs.domain.events import EventType
from scanjobs.domain.notifications import Channel, Digest, Outgoing
from scanjobs.notifications import slack_text
from scanjobs.notifications.attachments import Attachment, report_of
from scanjobs.notifications.digests import gathered
from scanjobs.notifications.one_line import one_line
from scanjobs.notifications.payloads import payload_of
from scanjobs.notifications.sentences import told
from scanjobs.notifications.telling import Told, cleaned, narrowed
from scanjobs.notifications.template_engine import filled, wrong

LONGEST_SUBJECT = 150
"""Characters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What goes out; a channel has what it needs, and the rest is empty."""

    subject: str
    """One line without anything that hides."""
    text: str = ""
    html: str = ""
    blocks: tuple[dict[str, Any], ...] = ()
    """As Slack has them."""
    data: dict[str, Any] = field(default_factory=dict)
    """What programs read."""
    attachment: Attachment | None = None


def message(settings: Settings, outgoing: Outgoing) -> Message:
    """What an event or a digest says by the channel of its target; the same at each attempt.

    Raises:
        TemplateError: something is wrong with a template of one's own.
    """
    match outgoing.target.channel:
        case Channel.EMAIL:
            return _mail(settings, outgoing)
        case Channel.SLACK:
            return _slack(settings, outgoing)
        case _:
            return _data(settings, outgoing)


def _mail(settings: Settings, outgoing: Outgoing) -> Message:
    attachment, note = None, None
    event = outgoing.events[0]
    if outgoing.attach and len(outgoing.events) == 1 and event.type is EventType.REPORT_COMPLETED:
        attachment, note = report_of(settings, event)
    context = {**_context(settings, outgoing), "attachment": attachment and attachment.name, "note": note}
    name = _name(outgoing)
    first, text = _split(filled(settings, [f"email/{name}.txt.j2"], context))
    subject = one_line(first, LONGEST_SUBJECT)
    html = filled(settings, [f"email/{name}.html.j2"], {**context, "subject": subject})
    return Message(subject=subject, text=text, html=html, attachment=attachment)


def _slack(settings: Settings, outgoing: Outgoing) -> Message:
    context = slack_text.escaped(_context(settings, outgoing))
    written = filled(settings, [f"slack/{_name(outgoing)}.txt.j2"], context)
    headline, text = _split(written)
    return Message(
        subject=headline,
        text=slack_text.fallback(headline, text),
        blocks=slack_text.blocks(headline, text),
    )


def _data(settings: Settings, outgoing: Outgoing) -> Message:
    payload = payload_of(outgoing)
    channel = outgoing.target.channel
    names = [f"{channel}/{_name(outgoing)}.json.j2", f"{channel}/any.json.j2"]
    written = filled(settings, names, {**_context(settings, outgoing), "payload": payload})
    try:
        data = json.loads(written)
    except ValueError as error:
        raise wrong(settings, names, f"what it gives is no JSON, {error}") from error
    if not isinstance(data, dict):
        raise wrong(settings, names, "what it gives is no JSON object")
    return Message(subject=one_line(str(payload["type"]), LONGEST_SUBJECT), data=data)


def _name(outgoing: Outgoing) -> str:
    return "digest" if outgoing.digest is not Digest.NONE else str(outgoing.events[0].type)


def _context(settings: Settings, outgoing: Outgoing) -> dict[str, Any]:
    """What every template is given."""
    context: dict[str, Any] = {
        "recipient": one_line(outgoing.recipient, LONGEST_SUBJECT),
        "organisation": one_line(settings.branding.organisation, LONGEST_SUBJECT),
        "version": __version__,
    }
    minimum = outgoing.minimum_severity
    if outgoing.digest is not Digest.NONE:
        return {**context, "digest": gathered(outgoing)}
    event = outgoing.events[0]
    said: Told = told(event, minimum)
    return {**context, "told": said, "event": cleaned(narrowed(event, minimum))}


def _split(written: str) -> tuple[str, str]:
    """The first line of a text, which is its subject, and the rest without needless space."""
    subject, _, text = written.strip().partition("\n")
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return subject.strip(), re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"
