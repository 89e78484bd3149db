"""Registers the wiring itself: what is seeded after migrating needs to know every app."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig
from django.db.models.signals import post_migrate
from django.utils import timezone


class ConfigConfig(AppConfig):
    """No models: only what needs to know every app."""

    name = "config"

    def ready(self) -> None:
        from config.roles import register  # noqa: PLC0415  # needs loaded models

        register()
        # Sent once per app, after all migrations: one app's signal is enough.
        post_migrate.connect(_seed, dispatch_uid="config.seed")


class PanelConfig(SimpleAdminConfig):
    """The admin panel: our own site, and only what we register (packages bring admins of theirs)."""

    default_site = "core.admin.site.PanelSite"
    rooms = (
        "analytics.admin",
        "marketing.admin",
        "crm.admin",
        "core.admin.company",
        "core.admin.connections",
        "core.admin.people",
        "core.admin.schedules",
        "core.admin.system",
    )

    def ready(self) -> None:
        super().ready()
        for room in self.rooms:
            import_module(room)
        from core.admin.paging import draw_heads_once  # noqa: PLC0415  # needs loaded models

        draw_heads_once()


def _seed(sender: AppConfig, **_kwargs: Any) -> None:
    if sender.name != "core":
        return
    from config.lifecycle import seed_life_stages  # noqa: PLC0415  # needs loaded models
    from config.pipelines import seed_pipelines, seed_reasons  # noqa: PLC0415
    from config.roles import seed_roles  # noqa: PLC0415
    from config.schedule import seed_schedules  # noqa: PLC0415
    from config.views import seed_views  # noqa: PLC0415
    from core.services.search import ask_for_first_index  # noqa: PLC0415

    seed_roles()
    seed_schedules()
    seed_views()
    ask_for_first_index(as_of=timezone.now())
    seed_pipelines()
    seed_reasons()
    seed_life_stages()
