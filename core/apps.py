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
        from core.telemetry import request_ids  # noqa: PLC0415

        sqlite.register()
        postgresql.register()
        request_ids.connect()
        declarations.register()
        sign_ins.register()
