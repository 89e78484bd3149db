"""Sentences that are stored as msgid and values."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from core.sentences import say


def test_sentence_is_filled_in() -> None:
    assert say("%(rows)s of %(total)s rows", {"rows": 3, "total": 5}) == "3 of 5 rows"


def test_missing_value_shows_as_its_name() -> None:
    assert say("%(rows)s of %(total)s rows", {"rows": 3}) == "3 of [total] rows"


def test_nothing_is_said_of_nothing() -> None:
    assert say("", {"x": 1}) == ""


def test_percent_sign_of_a_sentence_is_doubled() -> None:
    assert say("100 %% of %(rows)s", {"rows": 7}) == "100 % of 7"


@given(st.text())
def test_values_are_never_read_as_sentences(value: str) -> None:
    assert say("%(reason)s", {"reason": value}) == value


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_sentence_is_said_in_the_active_language(language: str) -> None:
    with translation.override(language):
        assert say("%(n)s!", {"n": translation.get_language()}) == f"{language}!"
