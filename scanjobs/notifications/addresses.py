"""Finds the addresses of a host, and refuses those that only this host or its network can reach."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import Any

from scanjobs.errors import DeliveryError, DeliveryRefusedError

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Place:
    """An address that was looked at, to which one may connect without asking for the name again."""

    family: int
    address: Any
    """As the socket of that family takes it."""


def places_of(host: str, port: int, *, allow_private: bool) -> list[Place]:
    """Where a host is; one address in a private network is enough to refuse it.

    Raises:
        DeliveryError: the name cannot be found now.
        DeliveryRefusedError: it is somewhere it must not be.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no name of a host"
        raise DeliveryError(f"The host {host} cannot be found: {reason}.") from error
    for _, _, _, _, address in found:
        if not allow_private and not is_public(str(address[0])):
            raise DeliveryRefusedError(
                f"{host} is at {address[0]}, in a network that webhooks may not reach.",
                hint="If that is meant, write allow_private = true under [webhooks] in config.toml.",
            )
    return [Place(int(family), address) for family, _, _, _, address in found]


def is_private_literal(host: str) -> bool:
    """Whether a host is told by its address, and that is none of the internet."""
    try:
        return not is_public(host)
    except ValueError:
        return False


def is_public(text: str) -> bool:
    """Whether an address is one of the internet, also the one that it carries within itself."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return is_public(str(inner))
        if address.is_site_local or address.scope_id is not None:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address to which a gateway would bring what is sent to this one."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
