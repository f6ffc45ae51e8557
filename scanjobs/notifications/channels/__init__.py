"""The channels a message can take: one module each, found in a table when it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Protocol, cast

from scanjobs.config import Settings
from scanjobs.domain.notifications import Channel, Outgoing, Target

_MODULES: Mapping[Channel, str] = {
    Channel.EMAIL: "email",
    Channel.WEBHOOK: "webhook",
    Channel.SLACK: "slack",
    Channel.FILE: "file",
}


class Sender(Protocol):
    """What we expect of the module of a channel."""

    def send(self, settings: Settings, outgoing: Outgoing) -> str:
        """Send, and answer what the other side said.

        Raises:
            DeliveryError: it did not go out; another attempt may do better.
            DeliveryRefusedError: it was refused for good.
            ConfigurationError: the target or the settings cannot be used, or a template is wrong.
        """

    def check(self, settings: Settings, target: Target) -> None:
        """Make sure that the target can work, as far as one sees from here.

        Raises:
            UsageError: there can be no such target.
            ConfigurationError: settings or a secret that it needs are missing.
        """


def send(settings: Settings, outgoing: Outgoing) -> str:
    """Send a message by the channel of its target; answers what the other side said, without secrets.

    Raises what `Sender.send` does.
    """
    return _sender(outgoing.target.channel).send(settings, outgoing)


def check(settings: Settings, target: Target) -> None:
    """Refuse a target that cannot work, before anything is sent there.

    Raises what `Sender.check` does.
    """
    _sender(target.channel).check(settings, target)


def _sender(channel: Channel) -> Sender:
    return cast(Sender, import_module(f"{__name__}.{_MODULES[channel]}"))


if set(_MODULES) != set(Channel):
    raise AssertionError("every channel needs a module")
