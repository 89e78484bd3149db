"""Companies are found whatever their legal form, when a lead becomes a deal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.models import User
from core.text import comparable
from crm.methods.duplicates.legal_forms import spellings
from crm.pages.alike import companies_alike
from tests.factories import CompanyFactory


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("Acme", "Acme GmbH"),
        ("Acme GmbH", "Acme"),
        ("Acme, Inc.", "ACME Ltd."),
        ("Acme GmbH & Co. KG", "Acme"),
        ("北京星辰科技有限公司", "北京星辰科技"),
        ("北京星辰科技", "北京星辰科技股份有限公司"),
    ],
)
def test_legal_form_hides_no_company(manager: User, stored: str, typed: str) -> None:
    firm = CompanyFactory(name=stored, owner=manager)
    CompanyFactory(name="Acme Works GmbH", owner=manager)
    assert [alike.record for alike in companies_alike({"name": typed}, manager)] == [firm]


@given(st.text(max_size=30))
def test_the_name_itself_is_among_its_spellings(text: str) -> None:
    assert comparable(text) in spellings(comparable(text))
