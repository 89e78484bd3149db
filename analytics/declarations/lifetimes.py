"""What analytics declares of customers: what they will still buy, how many of them come again."""

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.jobs.kinds import JobKind, job_kinds
from core.permissions import COUNTS_ALL
from core.registries import (
    NavigationEntry,
    Panel,
    Permission,
    navigation,
    panels,
    permission_registry,
)


def register_lifetimes() -> None:
    """What customers will still buy, and how many of them come again."""
    from analytics.queries.lifetime_value import (  # noqa: PLC0415  # needs loaded models
        company_panel,
        contact_panel,
    )

    permission_registry.register(
        Permission("analytics.lifetime.view", _("See what customers will probably buy")),
        Permission("analytics.lifetime.run", _("Compute the value ahead of customers")),
    )
    navigation.register(
        NavigationEntry(
            "customers",
            _("Customer value"),
            "coins",
            "customer_value",
            "understand",
            25,
            "analytics.lifetime.view",
        )
    )
    _register_jobs()
    # What a company's people come to tells of all of them.
    for name in ("value_ahead", "model_segment"):
        COUNTS_ALL[f"crm.company.{name}"] = "crm.contact.view"
    for kind, context in (("contact", contact_panel), ("company", company_panel)):
        panels.register(
            Panel(
                f"analytics.lifetime.{kind}",
                place=f"crm.{kind}.insight",
                template=f"analytics/panels/lifetime_{kind}.html",
                context=context,
                permission=f"crm.{kind}.view",
                order=20,
                is_later=True,
            )
        )


def _register_jobs() -> None:
    job_kinds.register(
        JobKind(
            "analytics.lifetime_value",
            _("Value ahead of customers"),
            "analytics.jobs.lifetime_value.LifetimeValueJob",
            permission="analytics.lifetime.run",
            can_run_now=True,
            describe=_lifetime_title,
            follows=("crm.file_import", "crm.sample_company"),
            is_long=True,
            result_url=lambda _scope: reverse("customer_value"),
            counts={
                "customers": _("Customers"),
                "returned": _("Customers who came back"),
            },
            is_background=True,
        ),
        JobKind(
            "analytics.company_totals",
            _("Value ahead of companies"),
            "analytics.jobs.company_totals.CompanyTotalsJob",
            permission="analytics.lifetime.run",
            follows=("analytics.lifetime_value", "analytics.customer_segments"),
            is_long=True,
            result_url=lambda _scope: reverse("company_list"),
            is_background=True,
        ),
    )


def _lifetime_title(scope: dict[str, object]) -> str:
    trains = scope.get("trains", True)
    return gettext("Value ahead of customers") if trains else gettext("Value ahead, said anew")
