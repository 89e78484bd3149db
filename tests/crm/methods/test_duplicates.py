"""Duplicates: examples, properties, and how many are found in generated sets."""

import doctest
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.methods.duplicates.blocking import BLOCK_LIMIT, candidate_pairs, keys_of
from crm.methods.duplicates.levels import Level
from crm.methods.duplicates.names import compare_names
from crm.methods.duplicates.normalising import email_of, firm_words, name_of, phone_of
from crm.methods.duplicates.profiles import firm_profile, person_profile
from crm.methods.duplicates.records import Firm, Person
from crm.methods.duplicates.scoring import THRESHOLD, Match, match_firms, match_people
from crm.methods.duplicates.sentences import SENTENCES
from crm.methods.duplicates.weights import WEIGHTS
from tests.crm.methods.duplicate_sets import TUNING, Lists, firm_set, held_out, people_set

JOHN = Person(
    1, "John Smith", "john@acme.com", "+1 415 555 0199", company_name="Acme Inc.", city="Austin"
)
ACME = Firm(1, "Acme Foods GmbH", "acme.com", phone="+49 30 1234567", city="Berlin")


def once(_: str) -> int:
    return 2  # the two that are compared


def compared(one: Person, other: Person, frequency: Callable[[str], int] = once) -> Match:
    return match_people(person_profile(one), person_profile(other), frequency)


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("José García", "Jose Garcia", Level.SAME),
        ("Dr. Anna Weber, PhD 🚀", "anna weber", Level.SAME),
        ("John Smith", "Smith, John", Level.SWAPPED),
        ("王小明", "Wang Xiaoming", Level.ROMANISED),
        ("王小明先生", "Xiao Ming Wang", Level.ROMANISED),
        ("欧阳锋", "Feng Ouyang", Level.ROMANISED),
        ("单雄信", "Shan Xiongxin", Level.ROMANISED),
        ("单雄信", "Dan Xiongxin", Level.ROMANISED),
        ("吕布", "Lv Bu", Level.ROMANISED),
        ("徐思远", "S. Xu", Level.INITIALS),
        ("王小明", "王晓明", Level.HOMOPHONE),
        ("王小明", "王大明", Level.DIFFERENT),
        ("Anna Schmidt", "Anna Schmitt", Level.ONE_LETTER),
        ("Anna Schmidt", "Schmitt, Anna", Level.ONE_LETTER),
        ("J. Smith", "John Smith", Level.INITIALS),
        ("John A. Smith", "John Smith", Level.INITIALS),
        ("Smith", "John Smith", Level.PARTIAL),
        ("Wei Wang", "Wei Wan", Level.CLOSE),
        ("Bai Li", "Bai Lu", Level.DIFFERENT),
        ("John Smith Jr.", "John Smith Sr.", Level.DIFFERENT),
        ("Anna Schmidt", "Peter Schmidt", Level.DIFFERENT),
        ("🚀", "Peter Schmidt", Level.MISSING),
        ("Jack Ma", "MA Jack", Level.SWAPPED),
    ],
)  # fmt: skip
def test_names(one: str, other: str, level: Level) -> None:
    assert compare_names(name_of(one), name_of(other)) is level


@pytest.mark.parametrize(
    "form",
    ["", " GmbH", ", Inc.", " Ltd", " Co., Ltd.", " LLC", " S.A.", " S.p.A.", " GmbH & Co. KG"],
)
def test_legal_forms_of_companies_are_dropped(form: str) -> None:
    assert firm_words(f"Müller Söhne{form}") == ("muller", "sohne")


@pytest.mark.parametrize("form", ["", "有限公司", "股份有限公司", "集团", "集团有限公司"])
def test_legal_forms_of_chinese_companies_are_dropped(form: str) -> None:
    assert firm_words(f"北京星辰科技{form}") == ("北京星辰科技",)


def test_addresses_and_numbers_are_the_same_however_they_are_written() -> None:
    assert email_of("Jo.Smith+news@googlemail.com") == email_of(" josmith@GMAIL.com")
    assert email_of("nobody") == ""
    written = ["+49 30 12345678", "0049 (0)30 1234-5678", "030/12345678 ext. 9", "０３０ 12345678"]
    assert {phone_of(it) for it in written} == {"12345678"}
    assert phone_of("0000000000") == ""


@pytest.mark.parametrize(
    ("change", "is_duplicate"),
    [
        ({"name": "Jon Smith"}, True),
        ({"name": "Smith, John", "email": ""}, True),
        ({"email": "j.smith@gmail.com", "company_name": "Globex", "city": "Paris"}, True),
        ({"email": "", "phone": ""}, True),
        ({"name": ""}, True),
        ({"name": "Mary Jones"}, False),
        ({"name": "Mary Smith"}, False),
        ({"email": "john@globex.com", "phone": "+49 30 777777", "company_name": "Globex"}, False),
    ],
)
def test_people(change: dict[str, Any], is_duplicate: bool) -> None:
    assert compared(JOHN, replace(JOHN, id=2, **change)).is_duplicate is is_duplicate


def test_two_people_behind_one_mailbox_are_two() -> None:
    one = replace(JOHN, email="info@acme.com", job_title="Buyer")
    assert not compared(one, replace(one, id=2, name="Mary Jones")).is_duplicate


def test_a_common_name_says_little() -> None:
    one, other = (replace(JOHN, id=number, email="", phone="") for number in (1, 2))
    assert compared(one, other).is_duplicate
    match = compared(one, other, lambda _: 500)
    assert not match.is_duplicate
    assert ("Many records have this name", {"count": 500}) in [
        (it.message, it.args) for it in match.reasons
    ]


def test_reasons_are_told_the_weightiest_first() -> None:
    match = compared(
        Person(1, "王小明", "a@b.cn", city="上海"),
        Person(2, "Wang Xiaoming", "a@b.cn", city="北京"),
    )
    assert [it.message for it in match.reasons] == [
        "Same e-mail address", "Same person in Chinese and pinyin", "Same company", "Different cities",
    ]  # fmt: skip


def test_a_profile_tells_who_it_is_after_a_wedding() -> None:
    one = Person(1, "Anna Weber", linkedin_url="https://linkedin.com/in/anna-w")
    other = Person(2, "Anna Fischer", linkedin_url="http://www.linkedin.com/in/Anna-W/")
    assert compared(one, other).is_duplicate


@pytest.mark.parametrize(
    ("change", "is_duplicate"),
    [
        ({"name": "ACME Foods", "domain": ""}, True),
        ({"domain": "", "website": "https://www.acme.com/shop"}, True),
        ({"name": "Acme Fods", "phone": ""}, True),
        ({"name": "Acme Foods Energy", "domain": "acme-energy.com", "phone": ""}, False),
        ({"domain": "acme.fr", "phone": "+33 1 777 7777", "city": "Paris"}, False),
    ],
)
def test_firms(change: dict[str, Any], is_duplicate: bool) -> None:
    one, other = firm_profile(ACME), firm_profile(replace(ACME, id=2, **change))
    assert match_firms(one, other, once).is_duplicate is is_duplicate


def test_every_weight_has_a_sentence_and_the_other_way_round() -> None:
    assert WEIGHTS.keys() == SENTENCES.keys()


texts = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["John Smith", "Smith, J.", "王小明", "Wang Xiaoming", "Dr. 单", "a@b.co", "i@x.de"]
    ),
)
people = st.builds(
    Person, st.integers(1, 99), texts, texts, texts, st.tuples(texts), st.tuples(texts), texts, texts,
    texts, texts, texts, texts,
)  # fmt: skip
firms = st.builds(Firm, st.integers(1, 99), texts, texts, texts, texts, texts, texts)


@given(people, people)
def test_people_are_compared_alike_from_both_sides(one: Person, other: Person) -> None:
    there, back = compared(one, other), compared(other, one)
    assert there.reasons == back.reasons
    assert there.probability == pytest.approx(back.probability)
    assert 0 <= there.probability <= 1


@given(firms, firms)
def test_firms_are_compared_alike_from_both_sides(one: Firm, other: Firm) -> None:
    there = match_firms(firm_profile(one), firm_profile(other), once)
    back = match_firms(firm_profile(other), firm_profile(one), once)
    assert there.reasons == back.reasons
    assert 0 <= there.probability <= 1


@given(people)
def test_a_record_with_an_address_is_its_own_duplicate(person: Person) -> None:
    person = replace(person, email="jo@acme.com")
    twin = replace(person, id=person.id + 1)
    assert compared(person, twin).probability >= THRESHOLD
    assert keys_of(person) == keys_of(twin)


@given(people, people, firms)
def test_keys_fit_a_column_and_are_not_shared_by_people_and_firms(
    one: Person, other: Person, firm: Firm
) -> None:
    keys = keys_of(one) | keys_of(other)
    assert all(-(2**63) <= key < 2**63 for key in keys)
    assert not keys & keys_of(firm)


def test_a_wide_block_is_not_compared_in_full_but_by_a_second_field() -> None:
    firm_of = [f"{chr(97 + number // 2 % 26)}{number // 2} Works" for number in range(1_000)]
    crowd = [Person(number, "Li Wei", company_name=firm_of[number]) for number in range(1_000)]
    pairs = candidate_pairs({it.id: keys_of(it) for it in crowd})
    assert {(number, number + 1) for number in range(0, 1_000, 2)} <= pairs
    assert len(pairs) < len(crowd) * BLOCK_LIMIT


def shares(
    records: list[Any], truth: set[tuple[int, int]], profile: Callable[[Any], Any],
    match: Callable[[Any, Any, Callable[[str], int]], Match], name: Callable[[Any], str],
) -> tuple[float, float]:  # fmt: skip
    """Precision and recall of the whole method: blocking, comparing, scoring."""
    profiles = {it.id: profile(it) for it in records}
    counts = Counter(name(it) for it in profiles.values())
    found = {
        (one, other)
        for one, other in candidate_pairs({it.id: keys_of(it) for it in records})
        if match(profiles[one], profiles[other], counts.__getitem__).is_duplicate
    }
    right = len(found & truth)
    return right / len(found), right / len(truth)


SETS = pytest.mark.parametrize(
    ("lists", "seed"), [(lambda: TUNING, 1), (held_out, 2027)], ids=["tuning", "held out"]
)


@SETS
def test_duplicates_of_people_are_found(lists: Callable[[], Lists], seed: int) -> None:
    drawn = people_set(lists(), seed)
    precision, recall = shares(
        drawn.people, drawn.pairs(), person_profile, match_people, lambda it: it.name.key
    )
    assert precision >= 0.98
    assert recall >= 0.90


@SETS
def test_duplicates_of_firms_are_found(lists: Callable[[], Lists], seed: int) -> None:
    drawn = firm_set(lists(), seed)
    precision, recall = shares(
        drawn.firms, drawn.pairs, firm_profile, match_firms, lambda it: it.key
    )
    assert precision >= 0.98
    assert recall >= 0.90


@pytest.mark.parametrize("module", ["normalising", "blocking"])
def test_examples_in_docstrings(module: str) -> None:
    assert doctest.testmod(import_module(f"crm.methods.duplicates.{module}")).failed == 0
