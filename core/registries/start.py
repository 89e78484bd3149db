"""The steps of "Getting started": what an installation needs before it is of use."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.functional import Promise

from core.registries.base import Registry

if TYPE_CHECKING:
    from core.models.users import User


@dataclass(frozen=True)
class StartStep:
    """One step; it is done while `evidence` has a row, sample records not counted. The evidence may
    depend on the user's id, not on what else is known of the user: the query is made once.

    `remark` says how far it is in a few words. Who may not do it (`permission`) does not see it.
    """

    key: str
    label: Promise
    text: Promise
    icon: str
    action: Promise
    url_name: str
    order: int
    evidence: "Callable[[User], QuerySet[Any]]"
    permission: str = ""
    remark: "Callable[[User], str] | None" = None


start_steps: Registry[StartStep] = Registry("Step of getting started")
