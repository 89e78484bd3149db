"""What a lead's page says beyond the score: closed leads like it, and what would raise it.

Imports the methods, which take seconds to load: only views that need this import it, when they are asked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.datasets.actionable import actionable_fields
from analytics.datasets.leads import open_leads
from analytics.datasets.timeline import OwnerLoads, knows_timeline
from analytics.methods.closed_cases import ClosedCases
from analytics.methods.states import MISSING_STATE, RARE_STATE, CodedField
from analytics.methods.tabular import TabularEncoder
from analytics.methods.what_if import what_would_raise
from analytics.services.serving import Served, served
from core import permissions
from core.conditions import Viewpoint
from core.custom_names import is_custom
from core.lists.columns import resolved
from core.models import ModelVersion, User
from core.reading import read_by_name
from core.values import in_words
from crm.choices import LeadStatus
from crm.models import Lead
from crm.queries.scores import reason_labels, score_row
from crm.record_types.leads import LEAD as KIND

SHOWN = 3
MOST_ALIKE, MOST_DIFFERENT = 3, 2
# How far down the ranking a colleague's own leads are looked for: few queries, whatever the reach.
LOOKED_AT = (50, 500, 5_000)


@dataclass(frozen=True)
class Trait:
    """A field with what the closed lead has, and what this one has."""

    label: str
    theirs: str
    ours: str


@dataclass(frozen=True)
class SimilarLead:
    """A closed lead like this one."""

    lead: Lead
    is_won: bool
    alike: Sequence[Trait]
    different: Sequence[Trait]
    same: int
    fields: int


@dataclass(frozen=True)
class Advice:
    """Another value of a field, and how much higher leads with it score."""

    label: str
    value: str
    points: float

    @property
    def whole(self) -> int:
        """As scores are told."""
        return round(self.points)


def more_of(lead: Lead, user: User) -> dict[str, Any]:
    """What may be told of the lead beyond its score; empty where no model has scored it."""
    score = score_row(lead)
    if score is None or score.version is None or not lead.is_open or not _is_model(score.version):
        return {}
    now = timezone.now()
    loads = OwnerLoads.read([lead.owner_id or 0]) if knows_timeline(score.version) else None
    row = open_leads(lead.pk, lead.pk, as_of=now, loads=loads)
    if row.empty:
        return {}
    reader = _Reader(served(score.version), score.version, row, lead, user)
    return {"advice": reader.advice(), "similar": reader.similar()}


def _is_model(version: ModelVersion) -> bool:
    """Whether it was learnt: rules that somebody wrote have no fields and no closed leads."""
    return bool(version.features)


class _Reader:
    """Reads one lead for one user: fields that are hidden from the user count nothing."""

    def __init__(
        self, found: Served, version: ModelVersion, row: pd.DataFrame, lead: Lead, user: User
    ) -> None:
        self.model, self.cases = found.model, found.cases
        self.encoder: TabularEncoder = found.model.model.encoder
        # A field that was taken away since is not answered any more.
        names = [field.feature.name for field in self.encoder.fields]
        self.row = row.reindex(columns=[*row.columns, *(n for n in names if n not in row.columns)])
        self.lead, self.user = lead, user
        self.view = Viewpoint(user, timezone.localtime())
        self.weights = {
            driver["field"]: driver["weight"]
            for driver in version.metrics["drivers"]
            if self._sees(driver["field"])
        }
        self.labels = reason_labels()

    def _sees(self, name: str) -> bool:
        """Whether the field may be seen, and that of a linked record there as well."""
        short = name.removeprefix("crm.lead.")
        if short in KIND.field or is_custom(short):
            return resolved(KIND, short, self.view) is not None
        return self.view.access.sees(name)

    def _is_told(self, lead: Lead, name: str) -> bool:
        """Whether what the lead has there may be seen: it may be that of somebody else's company."""
        declared = KIND.field.get(name.removeprefix("crm.lead."))
        link = declared.via.partition(".")[0] if declared else ""
        linked = getattr(lead, link) if link else None
        return linked is None or permissions.reaches(type(linked), self.user, linked)

    def label(self, name: str) -> str:
        return str(self.labels.get(name, name))

    def advice(self) -> list[Advice]:
        fields = actionable_fields() & self.weights.keys()
        return [
            Advice(self.label(one.field), state_in_words(one.state), one.points)
            for one in what_would_raise(self.model, self.row, fields)
        ]

    def similar(self) -> list[SimilarLead]:
        if self.cases is None or not any(self.weights.values()):
            return []
        own = self.encoder.transform(self.row)[0].tolist()
        order = self.cases.nearest(self.encoder, self.row, self.weights)
        return [
            self._compared(lead, own, self.cases.codes[place].tolist())
            for place, lead in self._seen(self.cases, order.tolist())
        ]

    def _seen(self, cases: ClosedCases, order: list[int]) -> list[tuple[int, Lead]]:
        """The nearest that the user may see and that are still there and closed."""
        found: list[tuple[int, Lead]] = []
        begin = 0
        for end in LOOKED_AT:
            places = {int(cases.ids[place]): place for place in order[begin:end]}
            places.pop(self.lead.pk, None)
            closed = Lead.objects.visible_to(self.user).closed().filter(pk__in=list(places))
            read = read_by_name(closed, ("contact", "company"), ("status", "closed_at"))
            rows = read.in_bulk() if places else {}
            found += [(place, rows[pk]) for pk, place in places.items() if pk in rows]
            begin = end
            if len(found) >= SHOWN or end >= len(order):
                break
        return found[:SHOWN]

    def _compared(self, lead: Lead, own: list[int], theirs: list[int]) -> SimilarLead:
        """What is alike and what is not, what counts most first."""
        alike: list[Trait] = []
        different: list[Trait] = []
        for place, field in self._by_weight():
            if not self._is_told(lead, field.feature.name):
                continue
            cell = self.row[field.feature.name].iloc[0]
            trait = Trait(
                self.label(field.feature.name),
                _code_in_words(field, theirs[place]),
                in_words(None if pd.isna(cell) else cell),
            )
            (alike if own[place] == theirs[place] else different).append(trait)
        is_won = lead.status == LeadStatus.CONVERTED
        count = len(alike) + len(different)
        return SimilarLead(
            lead, is_won, alike[:MOST_ALIKE], different[:MOST_DIFFERENT], len(alike), count
        )

    def _by_weight(self) -> Iterator[tuple[int, CodedField]]:
        weights: Mapping[str, float] = self.weights
        places = range(len(self.encoder.fields))
        fields = [(place, self.encoder.fields[place]) for place in places]
        known = [pair for pair in fields if weights.get(pair[1].feature.name, 0) > 0]
        yield from sorted(known, key=lambda pair: -weights[pair[1].feature.name])


def _code_in_words(field: CodedField, code: int) -> str:
    return state_in_words(field.states[code] if code >= 0 else RARE_STATE)


def state_in_words(state: str) -> str:
    """What a person reads of a state of the encoder."""
    match state:
        case "true" | "false":
            return in_words(state == "true")
        case _ if state == MISSING_STATE:
            return in_words(None)
        case _ if state == RARE_STATE:
            return _("something rare")
    return state
