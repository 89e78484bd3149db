"""Kinds of columns: what a person would say of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.values_in_files.dates import DateFormat
from core.values_in_files.inference import Kind, infer_type
from core.values_in_files.numbers import NumberFormat

UUID = "7927b2df-8bba-4d29-b9a2-b6e0beafe62"


@pytest.mark.parametrize(
    ("samples", "kind"),
    [
        (["Ada", "Bo", "Cem"], Kind.TEXT),
        (["", " "], Kind.TEXT),
        ([], Kind.TEXT),
        (["N/A", "-"], Kind.TEXT),
        (["01067", "10115", "80331"], Kind.TEXT),
        (["00123456789", "00123456790"], Kind.TEXT),
        ([f"{UUID}{place % 4}" for place in range(40)], Kind.TEXT),
        (["9002", "9003;9004"] * 20, Kind.TEXT),
        (["1 Street\nSuite 2", "2 Street"] * 20, Kind.LONG_TEXT),
        (["word " * 60], Kind.LONG_TEXT),
        (["1", "2", "0"], Kind.NUMBER),
        (["1"] * 9, Kind.NUMBER),
        (["0"] * 99 + ["1"] * 99 + ["2"], Kind.NUMBER),
        (["(12345.67)", "(98765.43)"], Kind.NUMBER),
        (["1996", "2001"], Kind.NUMBER),
        (["45356", "45357"], Kind.NUMBER),
        (["€ 5", "7"], Kind.MONEY),
        (["1200元"], Kind.MONEY),
        (["2024-03-05"], Kind.DATE),
        (["05 Mar 2024", "Select"], Kind.DATE),
        (["2024-03-05 10:00", "2024-03-05"], Kind.MOMENT),
        (["Yes", "No"], Kind.BOOLEAN),
        (["No", "No"], Kind.BOOLEAN),
        (["0", "1"], Kind.BOOLEAN),
        (["有", "无"], Kind.BOOLEAN),
        (["f"] * 9, Kind.CHOICE),
        (["Won", "Lost"] * 9, Kind.CHOICE),
        (["02.Medium", "01.High"] * 9, Kind.CHOICE),
        (["a@b.co", "c@d.co; e@f.co"], Kind.EMAIL),
        (["+1 202-555-0148", "+49 30 1234567"], Kind.PHONE),
        (["030/1234567", "0171-1234567"], Kind.PHONE),
        (["(202) 555-0148", "202-555-0149"], Kind.PHONE),
        (["13800138000", "13900139000"], Kind.PHONE),
        (["https://acme.com/a", "www.b.de"], Kind.URL),
        (["acme.com", "b.example"], Kind.URL),
    ],
)
def test_kind_is_what_a_person_would_say(samples: list[str], kind: Kind) -> None:
    assert infer_type(samples).kind is kind


def test_country_tells_phone_numbers_from_codes() -> None:
    assert infer_type(["03012345678", "01711234567"]).kind is Kind.TEXT
    assert infer_type(["03012345678", "01711234567"], country="DE").kind is Kind.PHONE


def test_counts_are_dates_for_who_says_so() -> None:
    assert infer_type(["45356", "45357"], may_be_counted=True).kind is Kind.DATE
    assert infer_type(["1709596800"], may_be_counted=True).kind is Kind.MOMENT


@pytest.mark.parametrize(
    ("samples", "formats"),
    [
        (["1.234"], (NumberFormat.ENGLISH, NumberFormat.CONTINENTAL)),
        (["€ 1.234"], (NumberFormat.ENGLISH, NumberFormat.CONTINENTAL)),
        (["05/03/2024"], (DateFormat.DAY_FIRST, DateFormat.MONTH_FIRST)),
        (["1.234,5"], (NumberFormat.CONTINENTAL,)),
        (["Ada"], ()),
    ],
)
def test_formats_to_choose_from(samples: list[str], formats: tuple[str, ...]) -> None:
    found = infer_type(samples)
    assert found.formats == formats
    assert found.is_ambiguous == (len(formats) == 2)


@pytest.mark.parametrize(("misfits", "kind"), [(2, Kind.NUMBER), (3, Kind.TEXT)])
def test_two_per_cent_may_misfit(misfits: int, kind: Kind) -> None:
    numbers = [str(number) for number in range(100, 200 - misfits)]
    found = infer_type([*numbers, *["some"] * misfits, "N/A", ""])
    assert (found.kind, found.placeholders) == (kind, ["N/A"])
    assert found.share == (0.98 if kind is Kind.NUMBER else 1.0)


def test_one_code_makes_a_column_of_numbers_one_of_codes() -> None:
    assert infer_type([*map(str, range(10000, 10200)), "01067"]).kind is Kind.TEXT


WORDS = st.sampled_from(
    ["", "N/A", "yes", "0", "1", "1,234", "€ 5", "05/03/2024", "a@b.co", "acme.com", "+4930123456"]
)


@given(st.lists(st.text(max_size=30) | WORDS, max_size=12), st.booleans())
def test_any_column_is_something(samples: list[str], may_be_counted: bool) -> None:
    found = infer_type(samples, country="DE", may_be_counted=may_be_counted)
    assert found.kind in Kind
    assert 0.0 <= found.share <= 1.0
    assert set(found.placeholders) <= {text.strip() for text in samples}
