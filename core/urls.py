"""Addresses of the core."""

from django.urls import path

from core.views import (
    bins,
    bulk,
    company,
    currencies,
    custom_fields,
    entrance,
    home,
    jobs,
    lists,
    notifications,
    records,
    saved_views,
    schedules,
    search,
    settings,
    start,
)
from core.views.record_pages import changes, fields, files, related

RECORD = "records/<str:object_type>/<int:pk>/"

urlpatterns = [
    path("", home.home, name="home"),
    path("set-up/", entrance.set_up, name="set_up"),
    path("inbox/", notifications.notification_list, name="notification_list"),
    path("inbox/read/", notifications.notifications_mark_read, name="notifications_mark_read"),
    path("search/", search.search, name="search"),
    path("recent/", search.recent_list, name="recent_list"),
    path("jobs/", jobs.job_list, name="job_list"),
    path("jobs/<int:pk>/", jobs.job_run, name="job_run"),
    path("jobs/<int:pk>/cancel/", jobs.job_cancel, name="job_cancel"),
    path("jobs/<int:pk>/resume/", jobs.job_resume, name="job_resume"),
    path("jobs/start/<str:kind>/", jobs.job_start, name="job_start"),
    path("jobs/schedule/<str:kind>/", schedules.schedule_update, name="schedule_update"),
    path("records/<str:record_type>/filter/", lists.list_filter, name="list_filter"),
    path("records/<str:record_type>/columns/", lists.list_columns, name="list_columns"),
    path("records/<str:record_type>/sort/", lists.list_sort, name="list_sort"),
    path("records/<str:record_type>/view/", saved_views.view_create, name="view_create"),
    path(
        "records/<str:record_type>/<int:pk>/preview/",
        records.record_preview,
        name="record_preview",
    ),
    path("views/<int:pk>/", saved_views.view_edit, name="view_edit"),
    path("views/<int:pk>/save/", saved_views.view_update, name="view_update"),
    path("views/<int:pk>/favour/", saved_views.view_favour, name="view_favour"),
    path("views/<int:pk>/move/", saved_views.view_move, name="view_move"),
    path("views/<int:pk>/delete/", saved_views.view_delete, name="view_delete"),
    path("views/<int:pk>/restore/", saved_views.view_restore, name="view_restore"),
    path("records/<str:record_type>/export/", bulk.bulk_export, name="bulk_export"),
    path("records/<str:record_type>/bulk/<str:action>/", bulk.bulk_change, name="bulk_change"),
    path("changes/<int:pk>/", bulk.change_detail, name="change_detail"),
    path("changes/<int:pk>/undo/", bulk.change_undo, name="change_undo"),
    path("bin/", bins.bin_list, name="bin_list"),
    path("bin/<str:record_type>/restore/", bins.bin_restore, name="bin_restore"),
    path("bin/<str:record_type>/erase/", bins.bin_erase, name="bin_erase"),
    path("getting-started/", start.start, name="start"),
    path("getting-started/hide/", start.start_hide, name="start_hide"),
    path("settings/company/", company.company_settings, name="company_settings"),
    path("settings/company/logo/", company.company_logo_update, name="company_logo_update"),
    path("company/logo/<str:picture>", company.company_logo, name="company_logo"),
    path("settings/invite/", start.user_invite, name="user_invite"),
    path("settings/", settings.settings_profile, name="settings_profile"),
    path("settings/fields/", custom_fields.custom_field_list, name="custom_field_list"),
    path(
        "settings/fields/new/<str:record_type>/",
        custom_fields.custom_field_create,
        name="custom_field_create",
    ),
    path("settings/fields/<int:pk>/", custom_fields.custom_field_edit, name="custom_field_edit"),
    path(
        "settings/fields/<int:pk>/move/", custom_fields.custom_field_move, name="custom_field_move"
    ),
    path(
        "settings/fields/<int:pk>/archive/",
        custom_fields.custom_field_archive,
        name="custom_field_archive",
    ),
    path(
        "settings/fields/<int:pk>/restore/",
        custom_fields.custom_field_restore,
        name="custom_field_restore",
    ),
    path("settings/currencies/", currencies.currency_list, name="currency_list"),
    path("settings/currencies/base/", currencies.currency_set_base, name="currency_set_base"),
    path("settings/currencies/<int:pk>/", currencies.currency_edit, name="currency_edit"),
    path(
        "settings/currencies/<int:pk>/delete/", currencies.currency_delete, name="currency_delete"
    ),
    path("settings/preferences/", settings.preferences_update, name="preferences_update"),
    path("lookup/<str:object_type>/", related.lookup, name="lookup"),
    path(f"{RECORD}fields/<str:name>/", fields.record_field, name="record_field"),
    path(
        f"{RECORD}changes/<int:event>/<str:name>/restore/",
        changes.record_restore,
        name="record_restore",
    ),
    path(f"{RECORD}files/", files.record_files_add, name="record_files_add"),
    path(f"{RECORD}files/<int:file>/", files.record_file, name="record_file"),
    path(f"{RECORD}files/<int:file>/delete/", files.record_file_delete, name="record_file_delete"),
    path(
        f"{RECORD}files/<int:file>/restore/",
        files.record_file_restore,
        name="record_file_restore",
    ),
    path(f"{RECORD}related/", related.record_related, name="record_related"),
    path(f"{RECORD}related/<str:key>/", related.record_related_edit, name="record_related_edit"),
]
