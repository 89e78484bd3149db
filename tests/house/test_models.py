"""What every model says of itself."""

import pytest
from django.apps import apps
from django.db.models import Model
from django.utils.functional import Promise

OURS = [
    model
    for label in ("core", "crm", "marketing", "analytics")
    for model in apps.get_app_config(label).get_models()
]

each_model = pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)


@each_model
def test_model_says_what_a_row_is(model: type[Model]) -> None:
    assert model.__str__ is not Model.__str__


@each_model
def test_model_has_names_in_the_readers_language(model: type[Model]) -> None:
    assert isinstance(model._meta.verbose_name, Promise)


@each_model
def test_constraints_and_indexes_are_named_by_us(model: type[Model]) -> None:
    """Names that Django makes up change with the columns, and nobody finds them in a log."""
    for part in (*model._meta.constraints, *model._meta.indexes):
        assert part.name.startswith(f"{model._meta.app_label}_")
