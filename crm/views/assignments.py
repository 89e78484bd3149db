"""Who gets new leads: rules in order, a rule with its condition, people, trying on one lead."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.conditions import Viewpoint, from_json
from core.filters.builder import Builder
from core.filters.drafts import Branch, Line, draft_from, draft_of
from core.models import User
from core.pages import (
    UNPROCESSABLE,
    form_page,
    leave_for,
    refusals_in,
    render_page,
    target_of,
)
from core.permissions import requires
from core.registries import record_types
from core.services.quality import viewpoint_of_all
from crm.models import AssignmentPerson, AssignmentRule, DayOff, Lead
from crm.pages.assignments import (
    DaysOffForm,
    PersonForm,
    RuleForm,
    TryForm,
    assignment_page,
    days_off_of,
    tried_on,
)
from crm.services.assignment_rules import (
    PERMISSION,
    add_days_off,
    delete_assignment_rule,
    enable_assignment_rule,
    move_assignment_rule,
    remove_days_off,
    save_assignment_rule,
    set_assignment_person,
)

STEPS = {"up": -1, "down": 1}
FORM, READS = "assignment-rule", "rule-reads"
LEAD = "crm.lead"


def _view(request: HttpRequest) -> Viewpoint:
    return Viewpoint(permissions.user_of(request), timezone.localtime())


@requires(PERMISSION)
def assignment_list(request: HttpRequest) -> HttpResponse:
    """All rules, the people they choose from, and one lead to try them on."""
    view = _view(request)
    form, lead = _tried(request, view)
    context = {
        **assignment_page(view),
        "try_form": form,
        "tried_lead": lead,
        "tried": tried_on(lead, view, viewpoint_of_all(view.now)),
    }
    return render_page(request, "crm/assignment/list.html", context)


def _tried(request: HttpRequest, view: Viewpoint) -> tuple[TryForm, Lead | None]:
    """The lead that was chosen, by its name."""
    if "lead" not in request.GET:
        return TryForm(user=view.user), None
    form = TryForm(request.GET, user=view.user)
    return form, form.cleaned_data["lead"] if form.is_valid() else None


# -- one rule --------------------------------------------------------------------------------------


@requires(PERMISSION)
def assignment_create(request: HttpRequest) -> HttpResponse:
    return _rule_page(request, AssignmentRule())


@requires(PERMISSION)
def assignment_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _rule_page(request, _rule(pk))


def _rule(pk: int) -> AssignmentRule:
    found: AssignmentRule = get_object_or_404(
        AssignmentRule.objects.select_related("person", "team"), pk=pk
    )
    return found


def _rule_page(request: HttpRequest, rule: AssignmentRule) -> HttpResponse:
    """The form; it is changed line by line, or saved."""
    view, is_sent = _view(request), request.method == "POST"
    is_done = is_sent and "save" in request.POST
    form = RuleForm(
        request.POST if is_done else None, rule=rule, typed=request.POST if is_sent else None
    )
    builder = _builder(request, rule, view, is_applied=is_done)
    if is_done and form.is_valid():
        with refusals_in(form):
            filled = form.filled()
            filled.condition = _condition(builder)
            save_assignment_rule(rule=filled, by=view.user, at=view.now)
            messages.success(request, _("The rule “%(name)s” is saved.") % {"name": filled})
            return leave_for(request, reverse("assignment_list"))
    begun = [each for entry in builder.entries for each in entry if each.question]
    context = {
        "form": form,
        "rule": rule,
        "builder": builder,
        "is_begun": any(each.question and not each.question.is_blank for each in begun),
    }
    return _answer(request, context, is_refused=is_done)


def _condition(builder: Builder) -> Any:
    """What the lines ask; lines without a field ask nothing, so that all leads are meant."""
    if builder.condition is None and not builder.refusals:
        return {}
    return builder.answer().as_json()


def _builder(
    request: HttpRequest, rule: AssignmentRule, view: Viewpoint, *, is_applied: bool
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
        return render(request, "crm/assignment/reads.html", context)
    context |= {
        "action": request.get_full_path(),
        "is_added": bool({"add", "group"} & set(request.POST)),
        "is_dropped": "drop" in request.POST,
    }
    is_alone = target_of(request) == FORM
    template = "crm/assignment/form.html" if is_alone else "crm/assignment/rule.html"
    answer = render(request, template, context, status=UNPROCESSABLE if is_refused else 200)
    answer["Vary"] = "HX-Request"
    return answer


@requires(PERMISSION)
@require_POST
def assignment_move(request: HttpRequest, pk: int) -> HttpResponse:
    """One place up or down: the first rule that holds decides."""
    steps = STEPS.get(request.POST.get("way", ""), 0)
    rule = _rule(pk)
    if steps:
        move_assignment_rule(rule=rule, steps=steps, by=permissions.user_of(request))
    return redirect("assignment_list")


@requires(PERMISSION)
@require_POST
def assignment_enable(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it into use, or out of it."""
    rule, is_enabled = _rule(pk), request.POST.get("on") == "1"
    enable_assignment_rule(rule=rule, is_enabled=is_enabled, by=permissions.user_of(request))
    said = _("“%(name)s” is in use.") if is_enabled else _("“%(name)s” is out of use.")
    messages.success(request, said % {"name": rule})
    return redirect("assignment_list")


@requires(PERMISSION)
@require_POST
def assignment_delete(request: HttpRequest, pk: int) -> HttpResponse:
    rule = _rule(pk)
    delete_assignment_rule(rule=rule, by=permissions.user_of(request))
    messages.success(request, _("The rule “%(name)s” is deleted.") % {"name": rule})
    return redirect("assignment_list")


# -- one person ------------------------------------------------------------------------------------


@requires(PERMISSION)
def assignment_person(request: HttpRequest, pk: int) -> HttpResponse:
    """What a colleague can take of new leads, and the days off."""
    user = get_object_or_404(User, pk=pk, is_active=True)
    person = AssignmentPerson.objects.filter(user=user).first() or AssignmentPerson(user=user)
    form = PersonForm(request.POST if request.method == "POST" else None, person=person)

    def on_valid(valid: PersonForm) -> tuple[str, str]:
        set_assignment_person(user=user, by=permissions.user_of(request), **valid.cleaned_data)
        return _("Saved."), reverse("assignment_list")

    return _person_page(request, user, form, DaysOffForm(), on_valid)


def _person_page(
    request: HttpRequest, user: User, form: Any, days_form: DaysOffForm, on_valid: Any
) -> HttpResponse:
    context = {
        "person": user,
        "days_form": days_form,
        "days_off": days_off_of(user, _view(request)),
    }
    return form_page(request, "crm/assignment/person.html", form, on_valid, context)


@requires(PERMISSION)
@require_POST
def assignment_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Days off of a colleague."""
    user = get_object_or_404(User, pk=pk, is_active=True)
    form = DaysOffForm(request.POST)
    if form.is_valid():
        first = form.cleaned_data["first_on"]
        last = form.cleaned_data["last_on"] or first
        with refusals_in(form):
            add_days_off(user=user, first_on=first, last_on=last, by=permissions.user_of(request))
            messages.success(request, _("The days off are entered."))
            return redirect("assignment_person", pk=user.pk)
    person = AssignmentPerson.objects.filter(user=user).first() or AssignmentPerson(user=user)
    context = {
        "form": PersonForm(person=person),
        "person": user,
        "days_form": form,
        "days_off": days_off_of(user, _view(request)),
    }
    return render_page(request, "crm/assignment/person.html", context, status=UNPROCESSABLE)


@requires(PERMISSION)
@require_POST
def assignment_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Days off that are none."""
    days = get_object_or_404(DayOff, pk=pk)
    user = days.user_id
    remove_days_off(days=days, by=permissions.user_of(request))
    messages.success(request, _("The days off are taken away."))
    return redirect("assignment_person", pk=user)
