"""Phone numbers: dialled as they are meant, kept as they are written."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.values_in_files.phones import Phone, read_phone, read_phones


@pytest.mark.parametrize(
    ("text", "country", "e164", "extension"),
    [
        ("+1 202-555-0148", None, "+12025550148", ""),
        ("(202) 555-0148", "US", "+12025550148", ""),
        ("+1 202-555-0148 ext. 5", None, "+12025550148", "5"),
        ("030/1234567", "DE", "+49301234567", ""),
        ("+49 (0)30 1234567", None, "+49301234567", ""),
        ("0049 30 1234567", None, "+49301234567", ""),
        ("0049 30 1234567", "US", "+49301234567", ""),
        ("'+49 30 1234567", None, "+49301234567", ""),
        ("１３８００１３８０００", "CN", "+8613800138000", ""),
        ("13800138000.0", "CN", "+8613800138000", ""),
        ("010-8888 6666 转 12", "CN", "+861088886666", "12"),
    ],
)
def test_number_is_read(text: str, country: str | None, e164: str, extension: str) -> None:
    assert read_phone(text, country) == Phone(text, e164, extension, is_valid=True)


@pytest.mark.parametrize("text", ["call me", "", "030 1234567", "1.38E+10", "+" + "1" * 300])
def test_what_cannot_be_read_is_kept(text: str) -> None:
    assert read_phone(text, None) == Phone(text)


def test_number_that_nobody_has_is_not_valid() -> None:
    assert read_phone("+1 200-555-0148", None) == Phone("+1 200-555-0148", "+12005550148")


def test_country_that_is_none_counts_as_unknown() -> None:
    assert read_phone("030 1234567", "XX") == Phone("030 1234567")


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("030/1234567", ["030/1234567"]),
        ("030/1234567; 0171/1234567", ["030/1234567", "0171/1234567"]),
        ("030/1234567, 0171/1234567", ["030/1234567", "0171/1234567"]),
        ("030/1234567 / 0171/1234567", ["030/1234567", "0171/1234567"]),
        ("0301234567/01711234567", ["0301234567", "01711234567"]),
        ("030 1234567\n0171 1234567", ["030 1234567", "0171 1234567"]),
        ("+1 202-555-0148, ext. 5", ["+1 202-555-0148, ext. 5"]),
        ("030 1234567; ask for Ada", ["030 1234567", "ask for Ada"]),
        (" ; ", []),
    ],
)
def test_numbers_of_a_cell(cell: str, written: list[str]) -> None:
    assert [phone.written for phone in read_phones(cell, "DE")] == written


COUNTRIES = st.sampled_from(["DE", "US", "CN", "FR", "GB", "CH", "IN", "BR"])
FORMATS = st.sampled_from(
    [
        phonenumbers.PhoneNumberFormat.NATIONAL,
        phonenumbers.PhoneNumberFormat.INTERNATIONAL,
        phonenumbers.PhoneNumberFormat.E164,
    ]
)


@given(COUNTRIES, FORMATS)
def test_what_is_written_is_read_back(country: str, form: int) -> None:
    number = phonenumbers.example_number(country)
    found = read_phone(phonenumbers.format_number(number, form), country)
    assert found.is_valid
    assert found.e164 == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


SEPARATORS = str.maketrans("", "", ";,/\n|、；，")


@given(st.text() | st.text("0123456789+-()/,;x ext.转", max_size=40), COUNTRIES | st.none())
def test_nothing_is_dropped(text: str, country: str | None) -> None:
    kept = "".join(phone.written for phone in read_phones(text, country))
    wanted = text.translate(SEPARATORS)
    assert "".join(kept.translate(SEPARATORS).split()) == "".join(wanted.split())
