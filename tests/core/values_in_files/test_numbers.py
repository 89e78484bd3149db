"""Numbers: what a convention writes is read back, what can be either is said to be."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.values_in_files.numbers import NumberFormat, infer_numbers, is_code, read_number

ENGLISH, CONTINENTAL, SPACED = NumberFormat.ENGLISH, NumberFormat.CONTINENTAL, NumberFormat.SPACED
SWISS, INDIAN, PLAIN = NumberFormat.SWISS, NumberFormat.INDIAN, NumberFormat.PLAIN


@pytest.mark.parametrize(
    ("text", "form", "number"),
    [
        ("1,234.56", ENGLISH, "1234.56"),
        ("1234.5", ENGLISH, "1234.5"),
        (".75", ENGLISH, "0.75"),
        ("1.234,56", CONTINENTAL, "1234.56"),
        ("1.234", CONTINENTAL, "1234"),
        ("1 234,56", SPACED, "1234.56"),
        ("1\u00a0234,56", SPACED, "1234.56"),
        ("1\u202f234\u202f567", SPACED, "1234567"),
        ("1 234.56", NumberFormat.SPACED_POINT, "1234.56"),
        ("1'234.56", SWISS, "1234.56"),
        ("1’234.56", SWISS, "1234.56"),
        ("12,34,567.89", INDIAN, "1234567.89"),
        ("(1,234.50)", ENGLISH, "-1234.50"),
        ("1,234.50-", ENGLISH, "-1234.50"),
        ("−5", ENGLISH, "-5"),
        ("- 5", ENGLISH, "-5"),
        ("+5", ENGLISH, "5"),
        ("12.5 %", ENGLISH, "12.5"),
        ("１，２３４．５", ENGLISH, "1234.5"),
        ("1.2万", ENGLISH, "12000"),
        ("3亿", PLAIN, "300000000"),
        ("0", PLAIN, "0"),
        ("0,5", CONTINENTAL, "0.5"),
    ],
)
def test_number_is_read(text: str, form: NumberFormat, number: str) -> None:
    assert read_number(text, form) == Decimal(number)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        *((text, ENGLISH) for text in ("", "-", ".", "NaN", "inf", "1e5", "1,23", "1,2345", "5²")),
        *((text, ENGLISH) for text in ("(5", "5)", "-5-", "(-5)", "1.2.3", "12 apples", "1" * 99)),
        *((text, ENGLISH) for text in ("007", "+49 30 1234567", "4111111111111111", "٤٢")),
        *((text, CONTINENTAL) for text in ("1,234.5", "0.125")),
        ("1,23,45", INDIAN),
        ("1,234", PLAIN),
    ],
)
def test_what_is_no_number_is_refused(text: str, form: NumberFormat) -> None:
    with pytest.raises(ValueError):
        read_number(text, form)


@pytest.mark.parametrize(
    ("samples", "formats"),
    [
        (["1", "20", ""], [PLAIN]),
        (["2500.5", "98000"], [ENGLISH]),
        (["1,234"], [ENGLISH, CONTINENTAL]),
        (["1.234"], [ENGLISH, CONTINENTAL]),
        (["1,234", "99"], [ENGLISH, CONTINENTAL]),
        (["1,234", "99.5"], [ENGLISH]),
        (["1.234", "5,5"], [CONTINENTAL]),
        (["1,234,567"], [ENGLISH]),
        (["0.125"], [ENGLISH]),
        (["1 234", "5"], [SPACED]),
        (["1'234"], [SWISS]),
        (["1,234", "12,34,567"], [INDIAN]),
        (["01067", "10115"], []),
        (["Ada"], []),
        ([], []),
    ],
)
def test_convention_is_inferred(samples: list[str], formats: list[NumberFormat]) -> None:
    found = infer_numbers(samples)
    assert list(found.formats) == formats
    assert found.is_ambiguous == (len(formats) == 2)


def test_the_two_readings_differ() -> None:
    readings = {read_number("1,234", form) for form in infer_numbers(["1,234"]).formats}
    assert readings == {Decimal(1234), Decimal("1.234")}


def test_share_counts_every_row() -> None:
    assert infer_numbers(["1.5", "1.5", "1.5", "?"]).share == 0.75


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("01067", True),
        ("00", True),
        ("-01", True),
        ("+4930123456", True),
        ("1" * 16, True),
        ("0", False),
        ("0.5", False),
        ("0,5", False),
        ("+5.25", False),
        ("10115", False),
    ],
)
def test_codes(text: str, is_one: bool) -> None:
    assert is_code(text) is is_one


def in_groups(digits: str, sign: str, *, pairs: bool) -> str:
    """Three digits at the end, before them groups of three or of two."""
    rest, groups, size = digits[:-3], [digits[-3:]], 2 if pairs else 3
    while rest:
        rest, group = rest[:-size], rest[-size:]
        groups.insert(0, group)
    return sign.join(groups)


def written(number: Decimal, form: NumberFormat) -> str:
    whole, _point, part = f"{abs(number):f}".partition(".")
    group = {CONTINENTAL: ".", SPACED: " ", NumberFormat.SPACED_POINT: "\u202f", SWISS: "'"}
    sign = "" if form is PLAIN else group.get(form, ",")
    decimal = "," if form in (CONTINENTAL, SPACED) else "."
    text = in_groups(whole, sign, pairs=form is INDIAN) + (decimal + part if part else "")
    return f"({text})" if number < 0 else text


NUMBERS = st.decimals(min_value=-(10**11), max_value=10**11, allow_nan=False, places=2)


@given(NUMBERS, st.sampled_from(NumberFormat))
def test_what_is_written_is_read_back(number: Decimal, form: NumberFormat) -> None:
    assert read_number(written(number, form), form) == number


@given(st.lists(NUMBERS, min_size=1, max_size=8), st.sampled_from(NumberFormat))
def test_the_convention_of_a_column_reads_it(numbers: list[Decimal], form: NumberFormat) -> None:
    """Two decimals leave nothing to guess."""
    texts = [written(number, form) for number in numbers]
    found = infer_numbers(texts)
    assert (found.share, found.is_ambiguous) == (1.0, False)
    assert [read_number(text, found.formats[0]) for text in texts] == numbers


@given(
    st.text() | st.text("0123456789,.' -+()%万亿１٤\u00a0", max_size=20),
    st.sampled_from(NumberFormat),
)
def test_any_text_is_a_number_or_refused(text: str, form: NumberFormat) -> None:
    infer_numbers([text])
    with contextlib.suppress(ValueError):
        assert read_number(text, form).is_finite()
