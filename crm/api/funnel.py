"""The funnel report in figures."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.asking import from_address
from core.api.base import ApiView, user_of
from core.api.described import ID, MAYBE_TEXT, NUMBER, TEXT, Json, described, query, thing
from core.api.problems import ProblemError, wrong_parameter
from core.currencies import base_currency
from core.errors import Refused
from core.ids import id_in
from crm.choices import StageKind
from crm.methods.funnel import DealFigures, StageFigures
from crm.models import Pipeline, Stage
from crm.pages.funnel import GROUP_LABELS, FunnelReport, StageRow
from crm.queries.funnel import FunnelQuery, sees_funnel
from crm.queries.funnel_offers import ways
from crm.queries.periods import CUSTOM, DEFAULT, ReportPeriod, period_of, preset_names
from crm.tables import DEALS

MAYBE_SHARE: Json = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
MAYBE_DAYS: Json = {"type": ["number", "null"], "minimum": 0}
DAY: Json = {"type": "string", "format": "date"}
PASSAGE = thing(
    {
        "entered": NUMBER,
        "left": NUMBER,
        "went_on": NUMBER,
        "lost": NUMBER,
        "rate": MAYBE_SHARE,
        "median_days": MAYBE_DAYS,
        "p90_days": MAYBE_DAYS,
    }
)
DEALS_TOLD = thing(
    {
        "new": NUMBER,
        "won": NUMBER,
        "lost": NUMBER,
        "win_rate": MAYBE_SHARE,
        "won_amount": MAYBE_TEXT,
        "median_days": MAYBE_DAYS,
        "p90_days": MAYBE_DAYS,
    }
)
STAGE = thing(
    {
        "stage": ID,
        "name": TEXT,
        "kind": {"enum": StageKind.values},
        "figures": PASSAGE,
        "before": PASSAGE,
    }
)
NAMED = {"type": "array", "items": thing({"name": TEXT, "figures": DEALS_TOLD})}
FUNNEL = thing(
    {
        "pipeline": ID,
        "first": DAY,
        "last": DAY,
        "before_first": DAY,
        "before_last": DAY,
        "as_of": {"type": "string", "format": "date-time"},
        "currency": TEXT,
        "stages": {"type": "array", "items": STAGE},
        "deals": DEALS_TOLD,
        "deals_before": DEALS_TOLD,
        "reasons": {
            "type": "array",
            "items": thing({"name": TEXT, "lost": NUMBER}),
        },
        "competitors": NAMED,
        "by": {"enum": ["", *GROUP_LABELS]},
        "groups": NAMED,
    }
)
OWN = ("pipeline", "period", "first", "last", "by")


class DealFunnel(ApiView):
    """How deals go from stage to stage, where they are lost, and how long it takes."""

    rights = {"GET": "crm.deal.view"}

    @described(
        "The funnel of a pipeline",
        description="Stages in their order, from the history of stages: how many deals entered each in the time, how "
        "many left it, went on to a later stage or were lost, and the days of those that left. Beside it "
        "deals that began and were closed, and the same of as many days before. Amounts are in the base currency.",
        query=(
            query("pipeline", "The number of a pipeline; the default one, unless given.", ID),
            query("period", f"`{DEFAULT}` unless given.", {"enum": [*preset_names(), CUSTOM]}),
            query("first", "The first day, of `custom`.", DAY),
            query("last", "The last day, of `custom`.", DAY),
            query("by", "Tells the deals apart.", {"enum": [*GROUP_LABELS]}),
            query(
                "if",
                "A condition, as for deals; may be given several times.",
                {"type": "array", "items": TEXT},
            ),
        ),
        answers={200: FUNNEL},
    )
    def get(self, request: Request) -> Response:
        given = request.query_params.copy()
        own = {name: str(given.pop(name)[-1]) for name in OWN if name in given}
        state = from_address(DEALS, user_of(request), given).state
        if not sees_funnel(state.view):
            raise ProblemError(403, "not-allowed", _("Your role does not see stages of deals."))
        period = _period(own, state.view.now.date())
        pipeline, stages = _way(own.get("pipeline", ""))
        conditions = tuple(part.condition for part in state.parts if part.condition is not None)
        query_ = FunnelQuery(state.view, pipeline, stages, period, conditions)
        report = FunnelReport(query_, query_.figures(), base_currency())
        by = own.get("by", "")
        if by and by not in report.group_names():
            raise wrong_parameter("by", _("Deals cannot be told apart by this."))
        return Response(_told(report, by))


def _period(given: Mapping[str, str], today: date) -> ReportPeriod:
    days: dict[str, date] = {}
    for name in ("first", "last"):
        if name in given:
            try:
                days[name] = date.fromisoformat(given[name])
            except ValueError as error:
                words = {"text": given[name][:50]}
                sentence = _("“%(text)s” is not a date. Write it as 2026-11-22.") % words
                raise wrong_parameter(name, sentence) from error
    try:
        return period_of(given.get("period") or (CUSTOM if days else DEFAULT), today, **days)
    except Refused as refusal:
        raise wrong_parameter("period", str(refusal)) from refusal


def _way(given: str) -> tuple[Pipeline, list[Stage]]:
    found = ways()
    wanted = id_in(given) if given else None
    for pipeline, stages in found.items():
        if not given or pipeline.pk == wanted:
            return pipeline, stages
    raise wrong_parameter("pipeline", _("There is no such pipeline."))


def _told(report: FunnelReport, by: str) -> Json:
    period, figures = report.period, report.figures
    return {
        "pipeline": report.query.pipeline.pk,
        "first": period.first,
        "last": period.last,
        "before_first": period.before.first,
        "before_last": period.before.last,
        "as_of": figures.as_of,
        "currency": report.currency,
        "stages": [_stage(row) for row in report.rows],
        "deals": _deals(report, figures.total[0]),
        "deals_before": _deals(report, figures.total[1]),
        "reasons": [{"name": each["label"], "lost": each["lost"]} for each in report.reasons()],
        "competitors": _named(report, report.competitors()),
        "by": by,
        "groups": _named(report, report.groups(by)) if by else [],
    }


def _stage(row: StageRow) -> Json:
    return {
        "stage": row.stage.pk,
        "name": str(row.stage),
        "kind": row.stage.kind,
        "figures": _passage(row.now),
        "before": _passage(row.before),
    }


def _passage(figures: StageFigures) -> Json:
    return {
        "entered": figures.entered,
        "left": figures.left,
        "went_on": figures.went_on,
        "lost": figures.lost,
        "rate": figures.rate,
        "median_days": figures.median,
        "p90_days": figures.slowest,
    }


def _named(report: FunnelReport, rows: list[dict[str, Any]]) -> list[Json]:
    return [{"name": row["label"], "figures": _deals(report, row["figures"])} for row in rows]


def _deals(report: FunnelReport, figures: DealFigures) -> Json:
    return {
        "new": figures.new,
        "won": figures.won,
        "lost": figures.lost,
        "win_rate": figures.win_rate,
        "won_amount": f"{figures.amount:.2f}" if report.sees_amount else None,
        "median_days": figures.median,
        "p90_days": figures.slowest,
    }
