"""What shows that sales has begun."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import ngettext

from core.models import User
from core.phrases import number
from crm.models import Deal, Lead


def own_leads(_user: User) -> QuerySet[Any]:
    return Lead._base_manager.filter(is_sample=False, deleted_at=None)


def count_of_leads(user: User) -> str:
    found = own_leads(user).count()
    return ngettext("%(number)s lead", "%(number)s leads", found) % {"number": number(found)}


def own_deals(_user: User) -> QuerySet[Any]:
    return Deal._base_manager.filter(is_sample=False, deleted_at=None)
