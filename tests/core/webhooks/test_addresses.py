"""Where webhooks may be sent, and where never."""

import socket
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.choices import DeliveryFault
from core.errors import Refused
from core.webhooks.addresses import (
    Target,
    Unreachable,
    is_public,
    may_reach,
    resolved,
    target_of,
)

FORBIDDEN = {
    "loopback": ["127.0.0.1", "127.255.255.254", "::1"],
    "this host": ["0.0.0.0", "0.1.2.3", "::"],
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12::1"],
    "link-local and cloud metadata": ["169.254.169.254", "fe80::1", "fd00:ec2::254"],
    "carrier-grade NAT": ["100.64.0.1", "100.127.255.255"],
    "multicast": ["224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"],
    "broadcast and reserved": ["255.255.255.255", "240.0.0.1", "192.0.0.1", "198.18.0.1"],
    "documentation": ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1"],
    "IPv4 in IPv6": ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::7f00:1"],
    "translated": ["64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::a00:1", "::ffff:0:10.0.0.1"],
    "6to4 and Teredo": ["2002:7f00:1::1", "2002:a00:1::", "2001::1", "2001:0:a00:1::"],
    "site-local and old": ["fec0::1", "3fff::1", "5f00::1", "100::1"],
}
PUBLIC = [
    "93.184.216.34",
    "1.1.1.1",
    "2606:4700:4700::1111",
    "64:ff9b::5db8:d822",
    "2002:5db8:d822::1",
    "::ffff:93.184.216.34",
]
HTTPS = Target("https", "receiver.example.com", 443, "/")


@pytest.mark.parametrize(
    "text", [t for texts in FORBIDDEN.values() for t in texts], ids=lambda text: text
)
def test_no_machine_that_the_internet_does_not_reach(text: str) -> None:
    assert not is_public(ip_address(text))
    assert not may_reach(HTTPS, ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses(text: str) -> None:
    assert may_reach(HTTPS, ip_address(text))


@given(st.ip_addresses(v=4))
def test_ipv4_counts_the_same_in_every_dress(address: Any) -> None:
    number = int(address)
    dressed = [
        f"::ffff:{address}",
        f"64:ff9b::{number >> 16:x}:{number & 0xFFFF:x}",
        f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1",
    ]
    assert {is_public(ip_address(text)) for text in dressed} == {is_public(address)}


@pytest.mark.parametrize("port", [80, 22, 25, 3306, 5432, 6379, 8080, 65535])
def test_public_addresses_on_the_ports_of_https_only(port: int) -> None:
    target = Target("https", "receiver.example.com", port, "/")
    assert not may_reach(target, ip_address("93.184.216.34"))


def test_public_addresses_encrypted_only() -> None:
    target = Target("http", "receiver.example.com", 443, "/")
    assert not may_reach(target, ip_address("93.184.216.34"))


@pytest.mark.parametrize("text", ["10.1.2.3", "::ffff:10.1.2.3"])
def test_allowed_networks_also_unencrypted_and_on_free_ports(settings: Any, text: str) -> None:
    settings.WEBHOOK_ALLOW_NETWORKS = ["10.1.0.0/16", "fd00::/8"]
    assert may_reach(Target("http", "inside", 8000, "/"), ip_address(text))
    assert may_reach(Target("http", "inside", 80, "/"), ip_address(text))
    assert not may_reach(Target("http", "inside", 22, "/"), ip_address(text))
    assert not may_reach(Target("http", "inside", 8000, "/"), ip_address("10.2.0.1"))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://receiver.example.com/",
        "file:///etc/passwd",
        "gopher://receiver.example.com/",
        "javascript:alert(1)",
        "receiver.example.com/hook",
        "https://",
        "https:///hook",
        "https://name:word@receiver.example.com/",
        "https://receiver.example.com@127.0.0.1/",
        "https://receiver.example.com:99999/",
        "https://receiver.example.com:port/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1/",
        "https://receiver.example.com\\@127.0.0.1/",
        "https://" + "a" * 300 + ".example.com/",
        "https://exa mple.com/",
    ],
)
def test_addresses_that_are_refused_when_they_are_entered(url: str) -> None:
    with pytest.raises(Refused):
        target_of(url)


def test_parts_of_an_address() -> None:
    target = target_of("https://Receiver.example.com:8443/a b/?x=ü#there")
    assert target == Target("https", "receiver.example.com", 8443, "/a%20b/?x=%C3%BC")
    assert target_of("https://例子.中国").host == "xn--fsqu00a.xn--fiqs8s"


def answering(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, 443)) for text in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: found)


def test_a_name_with_one_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, "93.184.216.34", "10.0.0.1")
    with pytest.raises(Unreachable) as refusal:
        resolved(HTTPS)
    assert refusal.value.fault == DeliveryFault.ADDRESS


def test_the_first_address_of_a_name_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, "93.184.216.34", "1.1.1.1")
    assert resolved(HTTPS) == ip_address("93.184.216.34")


def test_numbers_that_resolvers_take_for_addresses_are_checked_as_such() -> None:
    """2130706433 and 0x7f.1 are 127.0.0.1 to the system's resolver."""
    for host in ("2130706433", "0x7f.1", "127.1", "localhost"):
        with pytest.raises(Unreachable) as refusal:
            resolved(Target("https", host, 443, "/"))
        assert refusal.value.fault == DeliveryFault.ADDRESS


def test_a_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_args: object, **_more: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Unreachable) as refusal:
        resolved(HTTPS)
    assert refusal.value.fault == DeliveryFault.NAME
