"""The roles that come with the product: seeded once, then the administrator's."""

from django.utils.translation import gettext_noop

from core.choices import Reach
from core.models import Grant, Role
from core.registries.roles import RoleSeed, role_seeds

RECORDS = (
    "crm.lead",
    "crm.contact",
    "crm.company",
    "crm.deal",
    "crm.product",
    "crm.activity",
    "crm.group",
    "crm.event",
)


def _records(reach: Reach, *actions: str) -> dict[str, Reach]:
    return {f"{record}.{action}": reach for record in RECORDS for action in actions}


def _segments(reach: Reach, *actions: str) -> dict[str, Reach]:
    return {f"marketing.segment.{action}": reach for action in actions}


def _forms(reach: Reach, *actions: str) -> dict[str, Reach]:
    return {f"marketing.webform.{action}": reach for action in actions}


def _campaigns(reach: Reach, *actions: str) -> dict[str, Reach]:
    return {f"marketing.campaign.{action}": reach for action in actions}


SEEDS = [
    RoleSeed(
        "administrator",
        gettext_noop("Administrator"),
        gettext_noop("May do everything, everywhere."),
        {},
        is_administrator=True,
    ),
    RoleSeed(
        "manager",
        gettext_noop("Manager"),
        gettext_noop("Sees everything; changes and assigns the records of the team."),
        {
            **_records(Reach.ALL, "view", "export"),
            **_records(Reach.TEAM, "create", "edit", "assign", "delete"),
            **_segments(Reach.ALL, "view", "export"),
            **_segments(Reach.TEAM, "create", "edit", "assign", "delete"),
            **_forms(Reach.ALL, "view", "export"),
            **_forms(Reach.TEAM, "create", "edit", "assign", "delete"),
            **_campaigns(Reach.ALL, "view", "export", "approve"),
            "marketing.consent.view": Reach.ALL,
            "marketing.consent.edit": Reach.ALL,
            "crm.import.use": Reach.ALL,
            "crm.duplicates.use": Reach.ALL,
            "crm.assignment.manage": Reach.ALL,
            "core.job.view": Reach.ALL,
            "core.custom_field.manage": Reach.ALL,
            "analytics.lead_score.view": Reach.ALL,
            "analytics.lead_score.run": Reach.ALL,
            "analytics.win_probability.view": Reach.ALL,
            "analytics.win_probability.run": Reach.ALL,
            "analytics.quarter.view": Reach.ALL,
            "analytics.quarter.submit": Reach.ALL,
            "analytics.quota.manage": Reach.ALL,
            "analytics.lifetime.view": Reach.ALL,
            "analytics.lifetime.run": Reach.ALL,
            "analytics.series.run": Reach.ALL,
            "analytics.forecast.view": Reach.ALL,
            "analytics.forecast.run": Reach.ALL,
            "analytics.forecast.target": Reach.ALL,
            "analytics.customer_segments.view": Reach.ALL,
            "analytics.customer_segments.run": Reach.ALL,
            "analytics.customer_segments.name": Reach.ALL,
            "analytics.lifecycle.view": Reach.ALL,
            "analytics.lifecycle.run": Reach.ALL,
            "analytics.lifecycle.manage": Reach.ALL,
        },
    ),
    RoleSeed(
        "sales",
        gettext_noop("Sales representative"),
        gettext_noop("Sees the records of the team; changes the own ones."),
        {
            **_records(Reach.TEAM, "view"),
            **_records(Reach.OWN, "create", "edit", "delete"),
            **_segments(Reach.OWN, "view", "create", "edit", "delete"),
            "marketing.campaign.view": Reach.ALL,
            "marketing.consent.view": Reach.ALL,
            "marketing.consent.edit": Reach.ALL,
            "crm.product.view": Reach.ALL,
            "crm.group.view": Reach.ALL,
            "crm.event.view": Reach.ALL,
            "crm.lead.assign": Reach.OWN,
            "crm.activity.assign": Reach.OWN,
            "crm.import.use": Reach.OWN,
            "crm.duplicates.use": Reach.OWN,
            "analytics.lead_score.view": Reach.ALL,
            "analytics.win_probability.view": Reach.ALL,
            "analytics.quarter.view": Reach.ALL,
            "analytics.quarter.submit": Reach.ALL,
            "analytics.forecast.view": Reach.ALL,
            "analytics.customer_segments.view": Reach.ALL,
            "analytics.lifetime.view": Reach.ALL,
            "analytics.lifecycle.view": Reach.ALL,
        },
    ),
    RoleSeed(
        "marketing",
        gettext_noop("Marketer"),
        gettext_noop("Sees everything; brings leads in and looks after their data."),
        {
            **_records(Reach.ALL, "view", "create", "edit", "delete", "export"),
            **_segments(Reach.ALL, "view", "create", "edit", "assign", "delete", "export"),
            **_forms(Reach.ALL, "view", "create", "edit", "assign", "delete", "export"),
            **_campaigns(
                Reach.ALL, "view", "create", "edit", "assign", "delete", "export", "approve", "send"
            ),
            "marketing.consent.view": Reach.ALL,
            "marketing.consent.edit": Reach.ALL,
            "marketing.settings.manage": Reach.ALL,
            "crm.import.use": Reach.ALL,
            "crm.duplicates.use": Reach.ALL,
            "core.job.view": Reach.ALL,
            "core.custom_field.manage": Reach.ALL,
            "analytics.lead_score.view": Reach.ALL,
            "analytics.lead_score.run": Reach.ALL,
            "analytics.series.run": Reach.ALL,
            "analytics.forecast.view": Reach.ALL,
            "analytics.forecast.run": Reach.ALL,
            "analytics.customer_segments.view": Reach.ALL,
            "analytics.customer_segments.run": Reach.ALL,
            "analytics.customer_segments.name": Reach.ALL,
            "analytics.lifetime.view": Reach.ALL,
            "analytics.lifetime.run": Reach.ALL,
            "analytics.lifecycle.view": Reach.ALL,
            "analytics.lifecycle.run": Reach.ALL,
        },
    ),
]


def register() -> None:
    """Called once, when the apps are ready."""
    role_seeds.register(*SEEDS)


def seed_roles() -> None:
    """Make the roles of an installation that has none."""
    if Role.objects.exists():
        return
    for seed in SEEDS:
        role = Role.objects.create(
            key=seed.key,
            name=seed.name,
            description=seed.description,
            is_administrator=seed.is_administrator,
        )
        Grant.objects.bulk_create(
            Grant(role=role, permission=permission, reach=reach)
            for permission, reach in seed.grants.items()
        )
