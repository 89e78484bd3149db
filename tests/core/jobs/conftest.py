"""Two tiny kinds of jobs in the table, for as long as a test lasts."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy

from core.jobs.kinds import JobKind, job_kinds
from core.jobs.questions import ask
from core.models import JobRun
from tests.core.jobs import tiny
from tests.factories.core import NOW

AskFor = Callable[..., JobRun]


@pytest.fixture(autouse=True)
def _tiny_kinds() -> Iterator[None]:
    kinds = [
        JobKind(
            "tests.squares",
            gettext_lazy("Jobs"),
            "tests.core.jobs.tiny.SquareJob",
            permission="core.job.view",
            describe=lambda scope: f"Squares ({get_language()})",
            result_url=lambda _scope: reverse("home"),
        ),
        JobKind(
            "tests.ordered",
            gettext_lazy("Jobs"),
            "tests.core.jobs.tiny.OrderedSquareJob",
            permission="core.job.view",
        ),
        JobKind(
            "tests.following",
            gettext_lazy("Jobs"),
            "tests.core.jobs.tiny.SquareJob",
            permission="core.job.view",
            follows=("tests.squares",),
        ),
    ]
    job_kinds.register(*kinds)
    yield
    tiny.hooks.clear()
    for kind in kinds:
        del job_kinds._entries[kind.key]


@pytest.fixture
def ask_for() -> AskFor:
    """A new run that squares the numbers."""
    moments = count()

    def make(*numbers: int, kind: str = "tests.squares", **more: Any) -> JobRun:
        as_of = more.pop("as_of", NOW + timedelta(minutes=next(moments)))
        return ask(kind=kind, as_of=as_of, scope={"numbers": list(numbers)}, **more)

    return make
