"""Core declares its own navigation entries, permissions and job-free basics."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """Users, permissions, jobs, lists and registries."""

    name = "core"
    verbose_name = _("Core")

    def ready(self) -> None:
        from core import (  # noqa: PLC0415  # needs loaded models
            declarations,
            postgresql,
            sign_ins,
            sqlite,
        )

        sqlite.register()
        postgresql.register()
        declarations.register()
        sign_ins.register()
