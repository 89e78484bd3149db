"""What is wrong with addresses and numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.values_in_files.addresses import FREE_MAIL
from core.values_in_files.problems import email_problem, phone_problem


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("ada@gmial.com", "ada@gmail.com"),
        ("ada@gamil.com", "ada@gmail.com"),
        ("ada@hotmial.com", "ada@hotmail.com"),
        ("Ada@Gmai.com", "Ada@gmail.com"),
        ("ada@outlok.com", "ada@outlook.com"),
        ("ada@acme.con", "ada@acme.com"),
    ],
)
def test_a_mistyped_domain_is_offered_as_it_was_meant(text: str, meant: str) -> None:
    assert email_problem(text) == ("mistyped", meant)


@pytest.mark.parametrize(
    "text", ["ada", "ada@", "ada@acme", "a b@acme.example", "a@b.c,d@e.fg", ".a@b.de"]
)
def test_what_is_no_address_is_invalid(text: str) -> None:
    assert email_problem(text) == ("invalid", "")


@given(st.sampled_from(sorted(FREE_MAIL)))
def test_real_providers_are_never_called_mistyped(domain: str) -> None:
    assert email_problem(f"ada@{domain}") == ("", "")


@pytest.mark.parametrize(
    "text",
    ["", "ada@mail.com", "ada@email.com", "ada@acme.example", "ada@müller.de", "ada@mcom.cn"],
)
def test_addresses_that_may_be_right_are_left_alone(text: str) -> None:
    assert email_problem(text) == ("", "")


@pytest.mark.parametrize(
    ("text", "country", "problem"),
    [
        ("+49 30 1234567", None, ""),
        ("030 1234567", "DE", ""),
        ("138 0013 8000", "CN", ""),
        ("030 1234567; 030 7654321", "DE", ""),
        ("12", "DE", "invalid"),
        ("+1 23", None, "invalid"),
        ("ask Ada", None, "invalid"),
        ("030 1234567", None, ""),  # nobody knows where it is dialled
    ],
)
def test_phones(text: str, country: str | None, problem: str) -> None:
    assert phone_problem(text, country) == problem
