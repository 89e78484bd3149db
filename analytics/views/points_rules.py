"""Points rules: the list, a rule with its condition, limits, trying out."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from analytics.forms.lead_scores import LimitsForm, RuleForm, TryForm
from analytics.models import PointsRule
from analytics.models.points_rules import LEAD
from analytics.pages.points_rules import behaviour_of_rule, new_rule, points_page, try_rule
from analytics.pages.points_trials import LeadTrial, try_on_lead
from analytics.queries.points_rules import book_of_leads, rules_of_leads
from analytics.services.points_rules import (
    LIMITS,
    add_starters,
    check_rule,
    delete_rule,
    enable_rule,
    save_rule,
    set_limits,
)
from core import permissions
from core.conditions import Viewpoint, from_json
from core.errors import Refused
from core.filters.builder import Builder
from core.filters.drafts import Branch, Line, draft_from, draft_of
from core.ids import id_in
from core.pages import UNPROCESSABLE, form_page, leave_for, refusals_in, render_page, target_of
from core.permissions import requires
from core.registries import record_types
from crm.models import Lead

VIEW, EDIT = "analytics.lead_score.view", "analytics.lead_score.run"
FORM, READS = "points-rule", "rule-reads"


def _view(request: HttpRequest) -> Viewpoint:
    return Viewpoint(permissions.user_of(request), timezone.localtime())


@requires(VIEW)
def points_rules(request: HttpRequest) -> HttpResponse:
    """All rules, the grid they make of the open leads, and one lead line by line."""
    view = _view(request)
    form, trial = _tried(request, view)
    context = {**points_page(view), "try_form": form, "lead_trial": trial}
    return render_page(request, "analytics/points_rules.html", context)


def _tried(request: HttpRequest, view: Viewpoint) -> tuple[TryForm, LeadTrial | None]:
    """The lead that was chosen, or that another page names by its number alone."""
    lead = None
    if "lead" in request.GET and not request.GET["lead"].isdecimal():
        form = TryForm(request.GET, user=view.user)
        lead = form.cleaned_data["lead"] if form.is_valid() else None
    else:
        pk = id_in(request.GET.get("lead", ""))
        if pk is not None:
            lead = get_object_or_404(Lead.objects.visible_to(view.user).for_list(), pk=pk)
        form = TryForm(user=view.user, initial={"lead": lead})
    if lead is None:
        return form, None
    return form, try_on_lead(lead, rules_of_leads(), book_of_leads(), view)


# -- one rule ------------------------------------------------------------------------------------


@requires(EDIT)
def points_rule_create(request: HttpRequest) -> HttpResponse:
    rule = new_rule(request.GET.get("kind", "fit"))
    if rule is None:
        raise Http404
    return _rule_page(request, rule)


@requires(EDIT)
def points_rule_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _rule_page(request, _rule(pk))


def _rule(pk: int) -> PointsRule:
    return get_object_or_404(PointsRule, pk=pk, book__object_type=LEAD)


def _rule_page(request: HttpRequest, rule: PointsRule) -> HttpResponse:
    """The form; it is tried out, changed line by line, or saved."""
    view, is_sent = _view(request), request.method == "POST"
    is_done = is_sent and bool({"save", "try"} & set(request.POST))
    form = RuleForm(request.POST if is_sent else None, rule=rule, behaviour=behaviour_of_rule(rule))
    builder = None if rule.behaviour else _builder(request, rule, view, is_applied=is_done)
    context: dict[str, Any] = {"form": form, "rule": rule, "builder": builder}
    if is_done and form.is_valid():
        with refusals_in(form):
            filled = _filled(form, builder, view)
            if "save" in request.POST:
                save_rule(rule=filled, by=view.user, at=view.now)
                messages.success(request, _("The rule “%(name)s” is saved.") % {"name": filled})
                return leave_for(request, reverse("points_rules"))
            context["rule_trial"] = try_rule(filled, view)
    return _answer(request, context, is_refused=is_done and not form.is_valid())


def _filled(form: RuleForm, builder: Builder | None, view: Viewpoint) -> PointsRule:
    """The rule that the form asks for, checked."""
    rule = form.filled()
    if builder is not None:
        rule.condition = builder.answer().as_json()
    check_rule(rule=rule, by=view.user, at=view.now)
    return rule


def _builder(
    request: HttpRequest, rule: PointsRule, view: Viewpoint, *, is_applied: bool
) -> Builder:
    """The condition as the form holds it, else that of the rule, else an empty line."""
    if "entry" in request.POST:
        draft = draft_from(request.POST)
    elif rule.condition:
        draft = draft_of(from_json(rule.condition))
    else:
        draft = Branch(entries=(Line(),))
    return Builder(draft, record_types[LEAD], view, is_applied=is_applied)


def _answer(request: HttpRequest, context: dict[str, Any], *, is_refused: bool) -> HttpResponse:
    if target_of(request) == READS:
        return render(request, "analytics/points/reads.html", context)
    context |= {
        "action": request.get_full_path(),
        "is_added": bool({"add", "group"} & set(request.POST)),
        "is_dropped": "drop" in request.POST,
    }
    form_alone = target_of(request) == FORM
    template = "analytics/points/form.html" if form_alone else "analytics/points_rule.html"
    answer = render(request, template, context, status=UNPROCESSABLE if is_refused else 200)
    answer["Vary"] = "HX-Request"
    return answer


@requires(EDIT)
@require_POST
def points_rule_enable(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it into use, or out of it."""
    rule, is_enabled = _rule(pk), request.POST.get("on") == "1"
    enable_rule(rule=rule, is_enabled=is_enabled, by=_view(request).user, at=timezone.now())
    said = _("“%(name)s” is in use.") if is_enabled else _("“%(name)s” is out of use.")
    messages.success(request, said % {"name": rule})
    return redirect("points_rules")


@requires(EDIT)
@require_POST
def points_rule_delete(request: HttpRequest, pk: int) -> HttpResponse:
    rule = _rule(pk)
    delete_rule(rule=rule, by=_view(request).user, at=timezone.now())
    messages.success(request, _("The rule “%(name)s” is deleted.") % {"name": rule})
    return redirect("points_rules")


# -- the book ------------------------------------------------------------------------------------


@requires(EDIT)
def points_limits(request: HttpRequest) -> HttpResponse:
    """The most points of each group, and where the cells begin."""
    form = LimitsForm(request.POST or None, book=book_of_leads(), names=LIMITS)

    def on_valid(valid: LimitsForm) -> tuple[str, str]:
        set_limits(by=_view(request).user, at=timezone.now(), **valid.cleaned_data)
        return _("The limits are saved."), reverse("points_rules")

    return form_page(request, "analytics/points_limits.html", form, on_valid)


@requires(EDIT)
@require_POST
def points_starters(request: HttpRequest) -> HttpResponse:
    """Rules to begin with."""
    try:
        made = len(add_starters(by=_view(request).user, at=timezone.now()))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        said = ngettext("%(count)s rule is added.", "%(count)s rules are added.", made)
        messages.success(request, said % {"count": made})
    return redirect("points_rules")
