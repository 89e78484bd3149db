"""What beat does and when; it notices a change by itself."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    PeriodicTasks,
    SolarSchedule,
)

from core.admin.base import PanelAdmin


class ScheduleAdmin(PanelAdmin):
    """Times are added and shared; a task is chosen for them, so none is deleted under it."""

    group = "jobs"
    icon = "schedule"
    is_small = True
    may_add = True


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(ScheduleAdmin):
    """When and whether a task runs; which ones there are is the product's."""

    icon = "event_repeat"
    may_add = False
    may_edit = True
    fields = ("called", "task", "args", "enabled", "interval", "crontab", "description")
    readonly_fields: ClassVar[Any] = ("called", "task", "args")
    list_display: ClassVar[Any] = ("called", "when", "enabled", "last_run_at")
    list_filter: ClassVar[Any] = ("enabled",)
    joined: ClassVar[Any] = ("interval", "crontab", "solar", "clocked")
    words: ClassVar[Any] = ("name__icontains", "task__icontains")

    def name_of(self, row: Any) -> str:
        return self.called(row)

    @admin.display(description=_("name"), ordering="name")
    def called(self, task: PeriodicTask) -> str:
        return gettext(task.name)

    @admin.display(description=_("when"))
    def when(self, task: PeriodicTask) -> str:
        return str(task.scheduler)


@admin.register(IntervalSchedule)
class IntervalScheduleAdmin(ScheduleAdmin):
    icon = "timer"
    list_display: ClassVar[Any] = ("__str__", "every", "period")
    numbers: ClassVar[Any] = ("every",)


@admin.register(CrontabSchedule)
class CrontabScheduleAdmin(ScheduleAdmin):
    list_display: ClassVar[Any] = ("__str__", "hour", "minute", "timezone")
    numbers: ClassVar[Any] = ("hour",)


@admin.register(ClockedSchedule)
class ClockedScheduleAdmin(ScheduleAdmin):
    icon = "alarm"
    list_display: ClassVar[Any] = ("clocked_time",)


@admin.register(SolarSchedule)
class SolarScheduleAdmin(ScheduleAdmin):
    icon = "wb_twilight"
    list_display: ClassVar[Any] = ("event", "latitude", "longitude")


@admin.register(PeriodicTasks)
class PeriodicTasksAdmin(PanelAdmin):
    """When beat has to look again."""

    group = "jobs"
    icon = "update"
    is_small = True
    list_display: ClassVar[Any] = ("ident", "last_update")
