"""What shows that a step of getting started is done."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import ngettext

from core.models import Installation, SavedView, User
from core.models.sample_data import COMPANY
from core.phrases import number


def named_company(_user: User) -> QuerySet[Any]:
    return Installation.objects.exclude(name__in=[Installation().name, COMPANY])


def colleagues(user: User) -> QuerySet[Any]:
    return User.objects.filter(is_sample=False, is_active=True).exclude(pk=user.pk)


def count_of_colleagues(user: User) -> str:
    found = colleagues(user).count() + 1
    return ngettext("%(number)s person", "%(number)s people", found) % {"number": number(found)}


def own_views(user: User) -> QuerySet[Any]:
    return SavedView.objects.filter(owner=user)
