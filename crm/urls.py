"""Addresses of sales."""

from django.urls import path

from crm.views import activities, companies, contacts, imports, leads, lists, open_tasks, timeline

urlpatterns = [
    path("leads/", lists.lead_list, name="lead_list"),
    path("leads/new/", leads.lead_create, name="lead_create"),
    path("leads/<int:pk>/", leads.lead_detail, name="lead_detail"),
    path("leads/<int:pk>/edit/", leads.lead_edit, name="lead_edit"),
    path("leads/<int:pk>/status/", leads.lead_set_status, name="lead_set_status"),
    path("contacts/", lists.contact_list, name="contact_list"),
    path("contacts/new/", contacts.contact_create, name="contact_create"),
    path("contacts/<int:pk>/", contacts.contact_detail, name="contact_detail"),
    path("contacts/<int:pk>/edit/", contacts.contact_edit, name="contact_edit"),
    path("companies/", lists.company_list, name="company_list"),
    path("companies/new/", companies.company_create, name="company_create"),
    path("companies/<int:pk>/", companies.company_detail, name="company_detail"),
    path("companies/<int:pk>/edit/", companies.company_edit, name="company_edit"),
    path("deals/", lists.deal_list, name="deal_list"),
    path("products/", lists.product_list, name="product_list"),
    path("activities/", lists.activity_list, name="activity_list"),
    path("groups/", lists.group_list, name="group_list"),
    path("events/", lists.event_list, name="event_list"),
    path("tasks/", open_tasks.task_list_page, name="task_list"),
    path("tasks/add/", open_tasks.task_add, name="task_add"),
    path(
        "activities/log/<str:object_type>/<int:pk>/", activities.activity_log, name="activity_log"
    ),
    path(
        "activities/people/<str:object_type>/<int:pk>/",
        activities.activity_people,
        name="activity_people",
    ),
    path("activities/<int:pk>/complete/", activities.activity_complete, name="activity_complete"),
    path("activities/<int:pk>/reopen/", activities.activity_reopen, name="activity_reopen"),
    path("activities/<int:pk>/snooze/", activities.activity_snooze, name="activity_snooze"),
    path("timeline/<str:object_type>/<int:pk>/", timeline.timeline, name="timeline"),
    path("imports/", imports.import_list, name="import_list"),
    path("imports/<int:pk>/", imports.import_detail, name="import_detail"),
    path("imports/<int:pk>/match/", imports.import_map, name="import_map"),
    path("imports/<int:pk>/refused.csv", imports.import_refused, name="import_refused"),
]
