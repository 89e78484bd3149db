"""Addresses: split, made equal, and refused where they are none."""

import contextlib

import pytest
from django.core.validators import validate_email
from hypothesis import given
from hypothesis import strategies as st

from core.values_in_files.addresses import (
    domain_of_email,
    domain_of_url,
    is_usual_email,
    read_emails,
    read_url,
)


@pytest.mark.parametrize(
    ("cell", "emails"),
    [
        ("ada@example.com", ["ada@example.com"]),
        (" Ada.L@Example.COM ", ["Ada.L@example.com"]),
        ("a@b.co, c@d.co;e@f.co\ng@h.co", ["a@b.co", "c@d.co", "e@f.co", "g@h.co"]),
        ("a@b.co a@b.co", ["a@b.co"]),
        ("Ada <ada@b.co>", ["ada@b.co"]),
        ('"Müller, Ada" <ada@b.co>; c@d.co', ["ada@b.co", "c@d.co"]),
        ("Müller, Ada <ada@b.co>", ["ada@b.co"]),
        ("mailto:ada@b.co", ["ada@b.co"]),
        ("ada@müller.de", ["ada@xn--mller-kva.de"]),
        ("ada@XN--MLLER-KVA.de", ["ada@xn--mller-kva.de"]),
        ("", []),
    ],
)
def test_addresses_of_a_cell(cell: str, emails: list[str]) -> None:
    assert read_emails(cell) == emails


@pytest.mark.parametrize(
    "cell",
    ["Ada", "a@b", "@b.co", "a@@b.co", "a@b..co", "<>", "a@b.co, Ada", "a@-b.co", "a@" + "b" * 300],
)
def test_what_is_no_address_is_refused(cell: str) -> None:
    with pytest.raises(ValueError):
        read_emails(cell)


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("ada@Acme.example", "acme.example"),
        ("ada@mail.acme.example", "mail.acme.example"),
        *((f"ada@{host}", None) for host in ("gmail.com", "QQ.com", "163.com", "outlook.com")),
        ("ada@web.de", None),
    ],
)
def test_domain_of_email(email: str, domain: str | None) -> None:
    assert domain_of_email(email) == domain


@pytest.mark.parametrize(
    ("text", "url", "domain"),
    [
        ("acme.com", "https://acme.com", "acme.com"),
        ("http://acme.com", "http://acme.com", "acme.com"),
        ("HTTP://WWW.Acme.com:80/", "http://www.acme.com", "acme.com"),
        ("https://acme.com:80/", "https://acme.com:80", "acme.com"),
        ("https://acme.com:8443/A?b=C#d", "https://acme.com:8443/A?b=C#d", "acme.com"),
        ("www.müller.de/Über", "https://www.xn--mller-kva.de/Über", "xn--mller-kva.de"),
        ("www.de", "https://www.de", "www.de"),
    ],
)
def test_web_address(text: str, url: str, domain: str) -> None:
    assert read_url(text) == url
    assert domain_of_url(text) == domain


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Acme",
        "localhost",
        "10.0.0.1",
        "http://[::1",
        "http://ada@acme.com",
        "acme.com:99999",
        "javascript:alert(1)",
        "ftp://acme.com",
        "acme .com",
        "acme.com/<b>",
        "https://",
        "acme.com/" + "a" * 2000,
        "a" * 300 + ".com",
    ],
)
def test_what_is_no_web_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_url(text)


LABEL = st.from_regex(r"[a-z]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True).filter(
    lambda label: not label.startswith("xn--")
)
HOST = st.builds("{}.{}".format, LABEL, st.sampled_from(["com", "de", "example", "cn"]))


@given(st.lists(HOST, min_size=1, max_size=4, unique=True), st.sampled_from([", ", ";", "\n"]))
def test_what_is_written_is_read_back(hosts: list[str], separator: str) -> None:
    emails = [f"ada@{host}" for host in hosts]
    assert read_emails(separator.join(emails)) == emails
    assert read_emails(separator.join(f'"L, A" <{email}>' for email in emails)) == emails


@given(HOST, st.sampled_from(["", "http://", "https://www."]), st.sampled_from(["", "/", "/a?b=c"]))
def test_reading_an_address_again_changes_nothing(host: str, scheme: str, path: str) -> None:
    url = read_url(scheme + host + path)
    assert read_url(url) == url
    assert domain_of_url(url) == host


@given(st.text() | st.text('ab@.<>,;:"/ wüßxn-[]0', max_size=30))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    with contextlib.suppress(ValueError):
        for email in read_emails(text):
            assert email.endswith(f"@{domain_of_email(email)}")
    with contextlib.suppress(ValueError):
        assert domain_of_url(text) in read_url(text)


@given(
    st.from_regex(r"[A-Za-z0-9._+-]{1,20}@[a-z0-9.-]{1,20}\.[a-z0-9-]{1,8}", fullmatch=True)
    | st.emails()
)
def test_what_needs_no_second_look_is_an_address_to_everybody(text: str) -> None:
    if is_usual_email(text):
        validate_email(text)
        assert read_emails(f" {text}; ") == [text]  # as the way for all others reads it
