"""Cutting texts: what is a token, what a question asks for; no database."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.search.pinyin import syllables
from core.search.questions import NOTHING, All, Any, Node, Phrase, Question, Term, has_words
from core.search.typos import distance, edits, may_be_mistyped, near
from core.search.words import (
    LONGEST,
    MARKS,
    digits_of,
    email_tokens,
    folded,
    grams,
    name_tokens,
    phone_tokens,
    runs,
    tokens_of,
)

TEXTS = st.text(max_size=60)
WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=12)
DIGITS = st.text("0123456789", min_size=4, max_size=15)
CLASSES = frozenset(MARKS)


def holds(node: Node, tokens: list[str]) -> bool:
    """What both databases do, in Python."""
    match node:
        case Term(token, True):
            return any(it.startswith(token) for it in tokens)
        case Term(token, _):
            return token in tokens
        case Phrase(parts):
            rows = zip(*(tokens[start:] for start in range(len(parts))), strict=False)
            return any(row == parts for row in rows)
        case All(parts):
            return all(holds(part, tokens) for part in parts)
        case Any(parts):
            return any(holds(part, tokens) for part in parts)
    raise AssertionError(node)


def finds(text: str, **values: str) -> bool:
    question = Question.of(text)
    return bool(question) and holds(has_words(question, CLASSES), tokens_of(list(values.items())))


@given(TEXTS)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(st.lists(st.tuples(st.sampled_from(sorted(MARKS)), TEXTS), max_size=4))
def test_tokens_are_plain_and_short(values: list[tuple[str, str]]) -> None:
    for token in tokens_of(values):
        assert re.fullmatch(r"[=@#~+]?[^\W_]*", token)
        assert len(token) <= LONGEST + 1


@given(TEXTS)
def test_a_name_is_found_by_itself(text: str) -> None:
    assert finds(text, name=text) or not runs(text)


@given(TEXTS, st.data())
def test_a_name_is_found_by_the_beginning_of_each_word(text: str, data: st.DataObject) -> None:
    for run in runs(text)[:5]:
        start = run[: data.draw(st.integers(1, len(run)))]
        assert finds(start, name=text) or not start.strip()


@given(DIGITS, st.data())
def test_a_number_is_found_by_any_four_digits(digits: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(digits) - 4))
    stop = data.draw(st.integers(start + 4, len(digits)))
    assert finds(digits[start:stop], phone=digits)
    assert finds("-".join(digits[start:stop]), phone=f"+{digits}")


@given(DIGITS, DIGITS)
def test_two_numbers_are_not_one(first: str, second: str) -> None:
    across = first[-3:] + second[:3]
    expected = across in first or across in second
    bare = across.lstrip("0")
    if len(bare) >= 4:
        expected = expected or bare in first or bare in second
    question = has_words(Question.of(across), {"phone"})
    assert holds(question, tokens_of([("phone", first), ("phone", second)])) == expected


@pytest.mark.parametrize(
    "typed", ["zhangwei", "zw", "zhang wei", "Zhang Wei", "zhangw", "张伟", "张", "伟", "wei"]
)
def test_a_chinese_name_is_found_as_people_type_it(typed: str) -> None:
    assert finds(typed, name="张伟")


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("单雄信", "shanxiongxin"),
        ("曾国藩", "zengguofan"),
        ("仇英", "qiuying"),
        ("万俟雅言", "moqiyayan"),
        ("尉迟恭", "yuchi"),
        ("吕布", "lvbu"),
        ("吕布", "lubu"),
        ("重庆银行", "chongqingyinhang"),
    ],
)
def test_characters_are_read_as_they_are_spoken(name: str, typed: str) -> None:
    assert finds(typed, name=name)
    assert typed in {"".join(read)[: len(typed)] for read in syllables(name)}


@pytest.mark.parametrize(
    "typed", ["明德", "德精", "精工", "mingde", "jinggong", "mdjg", "北京明德精工", "北京 精工"]
)
def test_the_middle_of_a_company_is_found(typed: str) -> None:
    assert finds(typed, name="北京明德精工科技有限公司")


@pytest.mark.parametrize("typed", ["明工", "德明", "mingjing", "zw"])
def test_what_does_not_stand_there_is_not_found(typed: str) -> None:
    assert not finds(typed, name="北京明德精工科技有限公司")


@pytest.mark.parametrize(
    "typed",
    ["138 0013 8000", "13800138000", "+86-138-0013", "0013", "8000", "(0)138 0013", "0138 0013"],
)
def test_a_telephone_number_is_found_with_any_punctuation(typed: str) -> None:
    assert finds(typed, phone="+86 (138) 0013-8000")


@pytest.mark.parametrize("typed", ["0138 1", "9999", "138 0014"])
def test_another_number_is_not_found(typed: str) -> None:
    assert not finds(typed, phone="+86 (138) 0013-8000")


@pytest.mark.parametrize(
    "typed",
    ["ada", "lovelace", "ada.love", "lovelace@exam", "example.org", "ADA.LOVELACE@EXAMPLE.ORG"],
)
def test_an_address_is_found_from_each_word_on(typed: str) -> None:
    assert finds(typed, email="ada.lovelace@example.org")


def test_accents_and_width_do_not_matter() -> None:
    assert finds("jurgen muller", name="Jürgen Müller")
    assert finds("ＡＣＭＥ", name="Acme")
    assert finds("łódź", name="Lodz")


def test_words_may_stand_in_any_class() -> None:
    assert finds("weber kestrel", name="Jonas Weber", company="Kestrel Robotics")
    assert not finds("weber falcon", name="Jonas Weber", company="Kestrel Robotics")


def test_a_class_left_out_finds_nothing() -> None:
    tokens = tokens_of([("email", "ada@example.org"), ("company", "Kestrel")])
    for word, name in (("ada", "email"), ("kestrel", "company")):
        question = Question.of(word)
        assert holds(has_words(question, CLASSES), tokens)
        assert not holds(has_words(question, CLASSES - {name}), tokens)


@pytest.mark.parametrize("typed", ["", "   ", "!?", "\0", "***", "' OR 1"[:1]])
def test_no_words_are_no_question(typed: str) -> None:
    assert not Question.of(typed)


def test_nothing_to_look_in_is_nothing() -> None:
    assert has_words(Question.of("ada"), frozenset()) == NOTHING


def test_cutters() -> None:
    assert list(phone_tokens("12-34 56")) == ["1234", "2345", "3456"]
    assert list(email_tokens("a@b.org")) == ["aborg", "borg"]
    assert "=kestrelrobotics" in set(name_tokens("Kestrel Robotics"))
    assert digits_of("+49 (0)171 12") == "4917112"
    assert grams("123") == []


# -- slips ---------------------------------------------------------------------------------------


@given(WORDS, st.data())
def test_one_slip_is_among_the_edits(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("abcxyz"))
    slips = {
        word[:place] + word[place + 1 :],
        word[:place] + letter + word[place:],
        word[:place] + letter + word[place + 1 :],
    }
    for slip in slips - {word}:
        assert word in edits(slip)
        assert distance(word, slip) == 1


@given(WORDS, WORDS)
def test_the_distance_is_symmetric(first: str, second: str) -> None:
    assert distance(first, second) == distance(second, first)
    assert (distance(first, second) == 0) == (first == second)
    assert distance(first, second) <= max(len(first), len(second))


@given(WORDS, st.lists(WORDS, max_size=6))
def test_near_is_within_two_slips(word: str, others: list[str]) -> None:
    expected = {it for it in others if 0 < distance(word, it) <= 2}
    assert set(near(word, others)) == expected


def test_numbers_and_short_words_are_taken_as_typed() -> None:
    assert not any(map(may_be_mistyped, ["abc", "a1b2", "张伟张伟", "1234"]))
