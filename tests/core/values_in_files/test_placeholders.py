"""Placeholders: offered as empty, unless they are values of their column."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.values_in_files.booleans import read_boolean
from core.values_in_files.placeholders import is_placeholder, placeholders_in


@pytest.mark.parametrize(
    "text",
    [
        "Select",
        "-- Select --",
        "N/A",
        "n.a.",
        "NA",
        "-",
        "--",
        "—",
        "...",
        "?",
        "null",
        "NULL",
        "<null>",
        "None",
        "- None -",
        "(blank)",
        "[empty]",
        "#N/A",
        "#VALUE!",
        "#REF!",
        "#NAME?",
        "Unknown",
        "TBD",
        "keine Angabe",
        "k. A.",
        "Bitte wählen",
        "s/o",
        "Ｎ／Ａ",
        "0000-00-00",
        "无",
        "请选择",
        "未知",
        "暂无",
        "（空）",
        "--请选择--",
    ],
)
def test_words_for_nothing(text: str) -> None:
    assert is_placeholder(text)
    assert placeholders_in(["Ada", text, text, ""]) == [text]


@pytest.mark.parametrize("text", ["", "0", "no", "Other", "Not Sure", "Value", "Name", "Nullmeier"])
def test_words_for_something(text: str) -> None:
    assert placeholders_in([text]) == []


@pytest.mark.parametrize(
    ("samples", "found"),
    [
        (["有", "无"], []),
        (["是", "无", "无"], []),
        (["是", "否", "无"], ["无"]),
        (["工业", "无"], ["无"]),
        (["无", ""], ["无"]),
        (["yes", "no", "N/A"], ["N/A"]),
        (["DE", "NA", "US"], []),
        (["Acme", "NA"], ["NA"]),
        (["+", "-"], []),
        (["1", "-"], ["-"]),
        (["Select", "select ", "India"], ["Select", "select"]),
    ],
)
def test_values_stay_values(samples: list[str], found: list[str]) -> None:
    assert placeholders_in(samples) == found


@pytest.mark.parametrize(
    ("text", "is_true"),
    [("Yes", True), ("nein", False), ("是", True), ("无", False), ("1", True), ("０", False)],
)
def test_yes_and_no(text: str, is_true: bool) -> None:
    assert read_boolean(text) is is_true


@pytest.mark.parametrize("text", ["", "maybe", "2", "10"])
def test_neither_yes_nor_no(text: str) -> None:
    with pytest.raises(ValueError):
        read_boolean(text)


@given(st.lists(st.text() | st.sampled_from(["有", "无", "NA", "-", " - "])))
def test_placeholders_are_texts_of_the_column(samples: list[str]) -> None:
    assert set(placeholders_in(samples)) <= {text.strip() for text in samples} - {""}
