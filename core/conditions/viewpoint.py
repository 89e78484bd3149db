"""Who asks, and when: what "me", "my team" and "last week" mean, and what may be asked at all."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial

from django.db.models import Q

from core import permissions
from core.choices import Reach
from core.company import company_for
from core.models import CustomField, User
from core.permissions import Access
from core.registries import RecordType
from core.registries.records import Behaviour, Choices, Field


@dataclass(frozen=True)
class Viewpoint:
    """A user and a moment, aware and in the user's time zone.

    Whoever asks only about records with numbers from one to another says so as `among`: what is
    counted for everybody at once is then counted for these.
    """

    user: User
    now: datetime
    among: tuple[int, int] | None = None

    @cached_property
    def access(self) -> Access:
        return permissions.access_of(self.user)

    @cached_property
    def week_start(self) -> int:
        """The weekday on which the company's weeks begin."""
        return company_for(self.user).week_start

    @cached_property
    def _choices(self) -> dict[int, Choices]:
        return {}

    def choices_of(self, declared: Field | Behaviour) -> Choices:
        """The declared choices, or kinds; those that the database holds are read once."""
        choices = declared.kinds if isinstance(declared, Behaviour) else declared.choices
        own = declared.kinds_for if isinstance(declared, Behaviour) else None
        if own is None and not callable(choices):
            return choices
        if id(declared) not in self._choices:
            read = choices if own is None else partial(own, self.user)
            self._choices[id(declared)] = read()  # type: ignore[operator]  # one of the two is there
        return self._choices[id(declared)]

    def know(self, declared: Field, choices: Choices) -> None:
        """What somebody else has read already."""
        self._choices[id(declared)] = choices

    def counts(self, behaviour: Behaviour) -> bool:
        """Whether the asker may count what happened."""
        access = self.access
        is_shown = not behaviour.rule or access.sees(behaviour.rule)
        return is_shown and (not behaviour.permission or access.may(behaviour.permission))

    @cached_property
    def team_mates(self) -> frozenset[int]:
        """The users of my team and the teams below it."""
        teams = permissions.team_ids(self.user)
        mates = User.objects.filter(team__in=teams).values_list("pk", flat=True)
        return frozenset({self.user.pk, *mates})

    @cached_property
    def custom_fields(self) -> dict[str, dict[str, CustomField]]:
        """The custom fields by record type and key, in their order: one query for all."""
        found: dict[str, dict[str, CustomField]] = {}
        for field in CustomField.objects.active():
            found.setdefault(field.object_type, {})[field.key] = field
        return found

    def reached(self, record_type: RecordType, path: str) -> Q:
        """The related row at the path is one that the user may see."""
        return permissions.related_row_condition(record_type.model, self.user, path)

    def reaches_all(self, record_type: RecordType) -> bool:
        """Whether the user may see every record of the type."""
        return self.access.reach(f"{record_type.key}.view") == Reach.ALL

    def reaches(self, record_type: RecordType, row: object) -> bool:
        """The same for a row at hand."""
        return permissions.reaches(record_type.model, self.user, row)
