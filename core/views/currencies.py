"""Currencies: the company's own one, and what the others were worth when."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.currencies import base_currency
from core.forms.currencies import BaseCurrencyForm, RateForm
from core.models import ExchangeRate, Installation, JobRun
from core.pages import form_page
from core.permissions import requires
from core.services.currencies import delete_rate, save_rate, set_base_currency
from core.tasks import wake

PAGE = "core/currency_list.html"


def _installation() -> Installation:
    return Installation.objects.first() or Installation(pk=1)


def _page(request: HttpRequest) -> dict[str, object]:
    return {
        "rates": list(ExchangeRate.objects.order_by("currency", "-valid_from")),
        "base": base_currency(),
        "base_form": BaseCurrencyForm(instance=_installation()),
    }


@requires("core.currency.manage")
def currency_list(request: HttpRequest) -> HttpResponse:
    """The rates, with a form for another one."""
    form = RateForm(request.POST or None, initial={"valid_from": timezone.localdate()})
    return form_page(request, PAGE, form, lambda valid: _saved(request, valid), _page(request))


@requires("core.currency.manage")
def currency_edit(request: HttpRequest, pk: int) -> HttpResponse:
    rate = get_object_or_404(ExchangeRate, pk=pk)
    form = RateForm(request.POST or None, instance=rate)
    context = {"rate": rate, "base": base_currency()}
    return form_page(
        request, "core/currency_edit.html", form, lambda valid: _saved(request, valid), context
    )


def _saved(request: HttpRequest, form: RateForm) -> tuple[str, str]:
    user = permissions.user_of(request)
    runs = save_rate(rate=form.instance, by=user, at=timezone.now())
    return _with_runs(_("The rate is saved."), runs), reverse("currency_list")


@requires("core.currency.manage")
@require_POST
def currency_delete(request: HttpRequest, pk: int) -> HttpResponse:
    rate = get_object_or_404(ExchangeRate, pk=pk)
    runs = delete_rate(rate=rate, by=permissions.user_of(request), at=timezone.now())
    messages.success(request, _with_runs(_("The rate is deleted."), runs))
    return redirect("currency_list")


@requires("core.currency.manage")
@require_POST
def currency_set_base(request: HttpRequest) -> HttpResponse:
    currency = request.POST.get("base_currency", "")
    runs = set_base_currency(currency=currency, by=permissions.user_of(request), at=timezone.now())
    sentence = _("The base currency is %(currency)s.") % {"currency": currency}
    messages.success(request, _with_runs(sentence, runs))
    return redirect("currency_list")


def _with_runs(sentence: str, runs: Iterable[JobRun]) -> str:
    """Wake the runs, and say that the amounts follow a little later."""
    numbers = [run.pk for run in runs]
    for number in numbers:
        wake(number)
    if not numbers:
        return sentence
    later = _("A job is recalculating the amounts.")
    return f"{sentence} {later}"
