"""One message over HTTP, to receivers of every kind."""

import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from core.choices import DeliveryFault
from core.webhooks import sending
from core.webhooks.sending import Line
from tests.factories.core import NOW
from tests.receiver import Receiver, receiving

HEADERS = {"content-type": "application/json", "webhook-id": "msg_1"}


@pytest.fixture
def line(receiver: Receiver) -> Iterator[Line]:
    with Line(receiver.url) as opened:
        yield opened


def test_message_arrives_as_it_is(line: Line, receiver: Receiver) -> None:
    answer = line.send(b'{"a":1}', HEADERS)
    assert (answer.fault, answer.status, answer.text) == (None, 200, "ok")
    (request,) = receiver.received
    assert request.body == b'{"a":1}'
    assert request.headers["webhook-id"] == "msg_1"
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"


def test_one_connection_for_many_messages(line: Line, receiver: Receiver) -> None:
    assert all(line.send(b"{}", HEADERS).status == 200 for _message in range(5))
    assert receiver.connections == 1


def test_a_connection_that_the_receiver_has_closed_is_made_anew(
    line: Line, receiver: Receiver
) -> None:
    receiver.headers = {"Connection": "close"}
    assert [line.send(b"{}", HEADERS).status for _message in range(3)] == [200, 200, 200]
    assert len(receiver.received) == 3


def test_nothing_is_sent_where_it_is_not_allowed(receiver: Receiver, settings: Any) -> None:
    settings.WEBHOOK_ALLOW_NETWORKS = []
    for host in ("localhost", "127.1"):
        with Line(f"https://{host}:{receiver.port}/") as line:
            assert line.send(b"{}", HEADERS).fault == DeliveryFault.ADDRESS
    assert receiver.connections == 0


def test_a_name_is_asked_for_once_and_its_answer_connected_to(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that answers differently the second time gains nothing."""
    asked = []

    def answers(host: str, *_args: object, **_more: object) -> list[Any]:
        asked.append(host)
        if host == "127.0.0.1":  # what the connection itself asks: the address that was checked
            return real(host, *_args, **_more)
        address = "127.0.0.1" if asked.count(host) == 1 else "10.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, receiver.port))]

    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", answers)
    with Line(f"http://rebinding.example:{receiver.port}/") as line:
        assert line.send(b"{}", HEADERS).status == 200
    assert asked.count("rebinding.example") == 1
    assert receiver.received[0].headers["host"] == f"rebinding.example:{receiver.port}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(line: Line, receiver: Receiver, status: int) -> None:
    receiver.status, receiver.headers = status, {"Location": f"{receiver.url}/elsewhere"}
    assert line.send(b"{}", HEADERS).fault == DeliveryFault.REDIRECT
    assert len(receiver.received) == 1


@pytest.mark.parametrize(
    ("status", "is_trouble"), [(400, False), (404, False), (410, False), (429, True), (503, True)]
)
def test_what_is_not_accepted(
    line: Line, receiver: Receiver, status: int, is_trouble: bool
) -> None:
    receiver.status = status
    answer = line.send(b"{}", HEADERS)
    assert (answer.fault, answer.status) == (DeliveryFault.STATUS, status)
    assert answer.is_receivers_trouble is is_trouble
    assert answer.is_gone is (status == 410)


@pytest.mark.parametrize(("asked", "wait"), [("30", 30), ("999999", 3600), ("soon", 0), ("-5", 0)])
def test_receiver_says_when_it_has_time(
    line: Line, receiver: Receiver, asked: str, wait: int
) -> None:
    receiver.status, receiver.headers = 503, {"Retry-After": asked}
    assert line.send(b"{}", HEADERS).wait == wait


def test_a_long_answer_is_read_in_part(line: Line, receiver: Receiver) -> None:
    receiver.answer = b"x" * 3_000_000
    answer = line.send(b"{}", HEADERS)
    assert answer.fault is None
    assert answer.text == "x" * sending.SHOWN_BYTES
    receiver.answer = b"ok"
    assert line.send(b"{}", HEADERS).text == "ok"


def test_an_answer_of_any_bytes(line: Line, receiver: Receiver) -> None:
    receiver.answer = bytes(range(256))
    assert "\0" not in line.send(b"{}", HEADERS).text


def test_nobody_listens(line: Line, receiver: Receiver) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with Line(f"http://127.0.0.1:{free.getsockname()[1]}/") as nobody:
            answer = nobody.send(b"{}", HEADERS)
    assert (answer.fault, answer.status) == (DeliveryFault.CONNECTION, None)
    assert answer.is_receivers_trouble


@pytest.mark.parametrize("answer", [b"", b"\0\0\0", b"SSH-2.0-x\r\n", b"HTTP/1.1 abc\r\n\r\n"])
def test_something_else_than_a_web_server(line: Line, receiver: Receiver, answer: bytes) -> None:
    def speak(request: Any) -> None:
        request.wfile.write(answer)
        request.close_connection = True

    receiver.handle = speak
    assert line.send(b"{}", HEADERS).fault == DeliveryFault.CONNECTION


def test_a_silent_receiver(line: Line, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "ANSWER_SECONDS", 0.2)
    receiver.handle = lambda _request: time.sleep(1)
    started = time.monotonic()
    assert line.send(b"{}", HEADERS).fault == DeliveryFault.TIME
    assert time.monotonic() - started < 0.9


def test_a_receiver_that_drips(
    line: Line, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A byte now and then keeps every single read in time; the whole has a bound of its own."""
    monkeypatch.setattr(sending, "ALL_SECONDS", 0.5)

    def drip(request: Any) -> None:
        request.close_connection = True
        request.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for _header in range(40):
            time.sleep(0.05)
            try:
                request.wfile.write(b"X: y\r\n")
            except OSError:
                return

    receiver.handle = drip
    started = time.monotonic()
    assert line.send(b"{}", HEADERS).fault == DeliveryFault.TIME
    assert time.monotonic() - started < 1.5


# -- TLS -----------------------------------------------------------------------------------------


def certificate(folder: Path, name: str) -> Path:
    """A certificate for the name, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW.replace(year=2020))
        .not_valid_after(NOW.replace(year=2100))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def encrypted(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver with a certificate for receiver.example, which resolves to this machine."""
    settings.WEBHOOK_ALLOW_NETWORKS = ["127.0.0.0/8"]
    path = certificate(tmp_path, "receiver.example")
    trusting = ssl.create_default_context(cafile=path)
    monkeypatch.setattr(sending, "_context", lambda: trusting)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(path)
    real = socket.getaddrinfo

    def here(host: str, *args: Any, **more: Any) -> list[Any]:
        return real("127.0.0.1" if host.endswith(".example") else host, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", here)
    with receiving(serving) as running:
        yield running


def test_certificate_of_the_name_is_accepted(encrypted: Receiver) -> None:
    with Line(f"https://receiver.example:{encrypted.port}/") as line:
        assert [line.send(b"{}", HEADERS).status for _message in range(2)] == [200, 200]
    assert encrypted.connections == 1


def test_certificate_of_another_name_is_refused(encrypted: Receiver) -> None:
    with Line(f"https://other.example:{encrypted.port}/") as line:
        assert line.send(b"{}", HEADERS).fault == DeliveryFault.CERTIFICATE
    assert encrypted.received == []


def test_unknown_authority_is_refused(encrypted: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_context", ssl.create_default_context)
    with Line(f"https://receiver.example:{encrypted.port}/") as line:
        assert line.send(b"{}", HEADERS).fault == DeliveryFault.CERTIFICATE
    assert encrypted.received == []


def test_plain_receiver_behind_an_encrypted_address(receiver: Receiver) -> None:
    with Line(receiver.url.replace("http:", "https:")) as line:
        assert line.send(b"{}", HEADERS).fault == DeliveryFault.CONNECTION
    assert receiver.received == []
