"""Where webhooks may be sent: to public addresses, and to networks that the operator has allowed.

The product stands inside a company's network; whoever may write an address could otherwise make it
knock at databases, cloud metadata and machines that the internet does not reach.
"""

import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _

from core.choices import DeliveryFault
from core.errors import Refused

IpAddress = IPv4Address | IPv6Address

DEFAULT_PORTS = {"https": 443, "http": 80}
PUBLIC_PORTS = frozenset({443, 8443})
FIRST_FREE_PORT = 1024  # on allowed networks
HOST = re.compile(r"[A-Za-z0-9_.-]+")
GLOBAL_UNICAST = IPv6Network("2000::/3")
DOCUMENTATION = IPv6Network("3fff::/20")  # older Pythons do not know it
NAT64 = IPv6Network("64:ff9b::/96")


class Unreachable(Exception):  # noqa: N818  # an answer: the attempt failed so
    """There is no way to the receiver that may be taken."""

    def __init__(self, fault: DeliveryFault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True)
class Target:
    """A webhook's address in its parts; `path` with the question behind it."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_encrypted(self) -> bool:
        return self.scheme == "https"


# Whether a target may be connected to at an address.
Rule = Callable[[Target, IpAddress], bool]


def may_reach(target: Target, address: IpAddress) -> bool:
    """Whether this address may be connected to for the target."""
    address = _plain(address)
    if any(address in network for network in allowed_networks()):
        return target.port >= FIRST_FREE_PORT or target.port in DEFAULT_PORTS.values()
    return target.is_encrypted and target.port in PUBLIC_PORTS and is_public(address)


def target_of(url: str, rule: Rule = may_reach) -> Target:
    """The parts of an address; refuses what no webhook may have, whatever it resolves to."""
    try:
        parts = urlsplit(url.strip())
        host = _host(parts.hostname or "")
        port = parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
    except (ValueError, UnicodeError):
        raise Refused(_("This is not an address.")) from None
    if parts.scheme not in DEFAULT_PORTS or not host:
        raise Refused(_("Write an address that begins with https://."))
    if "@" in parts.netloc:
        raise Refused(_("Leave user name and password out of the address."))
    path = iri_to_uri((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
    target = Target(parts.scheme, host, port, path)
    if _is_literal(target.host) and not rule(target, ip_address(target.host)):
        raise Refused(_("Webhooks may not be sent to this address."))
    return target


def _host(name: str) -> str:
    """The host as resolvers know it; nothing where it cannot be the name of one."""
    if _is_literal(name):
        return name
    plain = name.encode("idna").decode()
    return plain if HOST.fullmatch(plain) else ""


def _is_literal(host: str | None) -> bool:
    try:
        ip_address(host or "")
    except ValueError:
        return False
    return True


def resolved(target: Target, rule: Rule = may_reach) -> IpAddress:
    """The address to connect to; refused where any of the host's is not allowed."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable(DeliveryFault.NAME) from None
    addresses = [ip_address(str(entry[4][0])) for entry in found]
    if not addresses or not all(rule(target, address) for address in addresses):
        raise Unreachable(DeliveryFault.ADDRESS)
    return addresses[0]


def allowed_networks() -> list[IPv4Network | IPv6Network]:
    return [ip_network(text, strict=False) for text in settings.WEBHOOK_ALLOW_NETWORKS]


def is_public(address: IpAddress) -> bool:
    """Whether it is a single machine on the internet, by itself and by the address within it.

    >>> [is_public(ip_address(text)) for text in ("93.184.216.34", "10.0.0.1", "::ffff:127.0.0.1")]
    [True, False, False]
    """
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast
    inner = _inner(address)
    if inner is not None:
        return is_public(inner)
    return address in GLOBAL_UNICAST and address not in DOCUMENTATION and address.is_global


def _inner(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that a gateway would send it on to."""
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _plain(address: IpAddress) -> IpAddress:
    """IPv4 in the clothes of IPv6 is IPv4."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address
