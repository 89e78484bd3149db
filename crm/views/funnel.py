"""The funnel report: the page, and its figures as a file."""

from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import audit, permissions
from core.company import company_for
from core.conditions import checked, sentence, to_parameter
from core.downloads import CSV, download
from core.errors import Refused
from core.exports.files import csv_pieces, xlsx_file
from core.lists import ListState
from core.pages import render_page
from core.permissions import requires
from core.queries.start import frame_of
from core.speaking import speaking_as
from core.time_limits import TookTooLong
from crm.forms.funnel import FunnelForm
from crm.models import Pipeline
from crm.pages.funnel import GROUP_LABELS, FunnelReport
from crm.pages.funnel_sheet import FunnelSheet
from crm.queries.funnel import FunnelQuery, sees_funnel
from crm.queries.funnel_offers import offers_for, ways
from crm.queries.periods import CUSTOM, DEFAULT, ReportPeriod, period_of
from crm.tables import DEALS

FORMS = ("csv", "xlsx")


class FunnelAsked:
    """What the address asks for; what cannot be read is said, and not asked for."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.state = ListState(DEALS, permissions.user_of(request), request.GET)
        self.view = self.state.view
        frame_of(self.state.user)  # asked for once: it knows the currency of the company
        if not sees_funnel(self.view):
            raise Http404
        self.ways = ways()
        self.offers = offers_for(self.state.user)
        given = {name: value for name, value in request.GET.items() if value}
        if not (given.get("first") and given.get("last")):
            given.setdefault("period", DEFAULT)
        self.form = FunnelForm(given, pipelines=list(self.ways), **self.offers)
        self.form.is_valid()
        self.notes = [part.refusal for part in self.state.refused]
        self.period = self._period()
        self.group = given.get("by", "")

    def _period(self) -> ReportPeriod:
        form, today = self.form, self.view.now.date()
        given = form.cleaned_data
        key = form.wanted_period
        first, last = given.get("first"), given.get("last")
        if key == CUSTOM and not (first and last):
            key = DEFAULT  # the days are still to be said: they stand there to be changed
        try:
            return period_of(key, today, first=first, last=last)
        except Refused as refusal:
            self.notes.append(str(refusal))
            return period_of(DEFAULT, today)

    @property
    def pipeline(self) -> Pipeline | None:
        """The one that is asked for, else the first."""
        found = list(self.ways)
        wanted = self.form.cleaned_data.get("pipeline")
        return next((row for row in found if row.pk == wanted), None) or next(iter(found), None)

    def query(self, pipeline: Pipeline) -> FunnelQuery:
        own = [part.condition for part in self.state.parts if part.condition is not None]
        kind = self.state.kind
        chosen = [checked(each, kind, self.view) for each in self.form.conditions()]
        stages = self.ways[pipeline]
        return FunnelQuery(self.view, pipeline, stages, self.period, (*own, *chosen))

    def report(self, pipeline: Pipeline) -> FunnelReport:
        query = self.query(pipeline)
        figures = query.figures(anew="anew" in self.request.GET)
        return FunnelReport(
            query, figures, company_for(self.state.user).base_currency, self._known()
        )

    def _known(self) -> dict[str, dict[int, str]]:
        """What groups are called, as far as it has been read already."""
        return {
            "team": {row.pk: row.name for row in self.offers["teams"]},
            "owner": {row.pk: row.display_name for row in self.offers["owners"]},
            "products": dict(self.offers["products"]),
            "pipeline": {row.pk: str(row) for row in self.ways},
        }

    # -- addresses -------------------------------------------------------------------------------

    def address(self, **changed: Any) -> str:
        """This report with something else in its address; None takes it away."""
        query = {name: self.request.GET.getlist(name) for name in self.request.GET}
        query.pop("anew", None)
        for name, value in changed.items():
            query.pop(name, None)
            if value is not None:
                query[name] = value if isinstance(value, list) else [str(value)]
        return f"?{urlencode(query, doseq=True)}"

    def chips(self) -> list[dict[str, str]]:
        """The conditions that the form does not have, each with the way to be rid of it."""
        parts = self.state.parts
        nothing = [""] if self.state.stored_parameters else None  # a saved view has conditions
        return [
            {
                "text": sentence(part.condition, self.state.kind, self.view),
                "url": self.address(
                    **{"if": [p.parameter for q, p in enumerate(parts) if q != place] or nothing}
                ),
            }
            for place, part in enumerate(parts)
            if part.condition is not None
        ]


@requires("crm.deal.view")
def deal_funnel(request: HttpRequest) -> HttpResponse:
    """How deals go from stage to stage, where they are lost, and how long it takes."""
    asked = FunnelAsked(request)
    pipeline = asked.pipeline
    context: dict[str, Any] = {
        "form": asked.form,
        "period": asked.period,
        "shows_days": asked.form.shows_days,
        "notes": asked.notes,
        "chips": asked.chips(),
        "kept": [
            (name, value) for name in ("if", "by", "view") for value in request.GET.getlist(name)
        ],
        "pipeline": pipeline,
        "plain_url": reverse("deal_funnel"),
        "anew_url": asked.address(anew=1),
        "may_export": asked.state.access.may("crm.deal.export"),
        "export_url": f"{reverse('deal_funnel_export')}{asked.address()}",
    }
    if pipeline is not None:
        try:
            context |= _told(asked, asked.report(pipeline))
        except TookTooLong:
            context["too_slow"] = True
    return render_page(request, "crm/funnel/page.html", context)


def _told(asked: FunnelAsked, report: FunnelReport) -> dict[str, Any]:
    names = report.group_names()
    group = asked.group if asked.group in names else next(iter(names), "")
    rows = report.groups(group) if group else []
    for row in rows:
        own = asked.request.GET.getlist("if")
        row["narrow_url"] = (
            asked.address(pipeline=row["pipeline"])
            if row["pipeline"]
            else asked.address(**{"if": [*own, row["narrow"]]})
            if row["narrow"]
            else ""
        )
    return {
        "report": report,
        "is_empty": report.is_empty,
        "kpis": report.kpis(),
        "bars": report.bars(),
        "stages": report.stages(),
        "weakest": report.weakest(),
        "reasons": report.reasons(),
        "competitors": report.competitors(),
        "groups": rows,
        "group_label": GROUP_LABELS.get(group, ""),
        "group_choices": [
            {"label": GROUP_LABELS[n], "url": asked.address(by=n), "is_current": n == group}
            for n in names
        ],
        "board_url": f"{reverse('deal_list')}?{_board(asked, report)}",
    }


def _board(asked: FunnelAsked, report: FunnelReport) -> str:
    """The board of the same deals."""
    parts = [to_parameter(part) for part in (*report.query.conditions, report.here)]
    return urlencode({"as": "board", "if": parts}, doseq=True)


@requires("crm.deal.export")
@require_POST
def deal_funnel_export(request: HttpRequest) -> HttpResponseBase:
    """The figures as a file; taking them along leaves a trace."""
    asked = FunnelAsked(request)
    pipeline = asked.pipeline
    form = request.POST.get("form", FORMS[0])
    if pipeline is None or form not in FORMS:
        raise Http404
    permissions.require(asked.state.user, "crm.deal.view")
    try:
        sheet = FunnelSheet(asked.report(pipeline))
    except TookTooLong as error:
        raise Refused(_("This took too long. Ask for a shorter time or fewer deals.")) from error
    audit.record(
        actor=asked.state.user,
        action="export",
        object_type="crm.deal",
        changes={"report": (None, f"{_('Funnel')}: {asked.period.first} – {asked.period.last}")},
    )
    name = f"{_('Funnel')} {timezone.localdate():%Y-%m-%d}.{form}"
    if form == "xlsx":
        return FileResponse(xlsx_file(sheet), as_attachment=True, filename=name)
    user = asked.state.user
    with speaking_as(user):
        pieces = list(csv_pieces(sheet))
    return download(pieces, name, CSV)
