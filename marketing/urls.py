"""Addresses of marketing."""

from django.urls import path

from marketing.views import (
    campaigns,
    message_settings,
    pictures,
    public,
    segments,
    tracking,
    websites,
)

urlpatterns = [
    path("u/<str:token>/", public.unsubscribe_page, name="unsubscribe"),
    path("preferences/<str:token>/", public.preferences, name="preferences"),
    path("preferences/<str:token>/data/", public.preferences_data, name="preferences_data"),
    path("confirm/<str:token>/", public.consent_confirm, name="consent_confirm"),
    path("settings/messages/", message_settings.message_settings, name="message_settings"),
    path("settings/messages/purposes/new/", message_settings.purpose_create, name="purpose_create"),
    path(
        "settings/messages/purposes/<int:pk>/", message_settings.purpose_edit, name="purpose_edit"
    ),
    path(
        "settings/messages/purposes/<int:pk>/archive/",
        message_settings.purpose_archive,
        name="purpose_archive",
    ),
    path("settings/suppressions/", message_settings.suppression_list, name="suppression_list"),
    path("settings/suppressions/add/", message_settings.suppression_add, name="suppression_add"),
    path(
        "settings/suppressions/remove/",
        message_settings.suppression_remove,
        name="suppression_remove",
    ),
    path(
        "settings/suppressions/export/",
        message_settings.suppression_export,
        name="suppression_export",
    ),
    path("contacts/<int:pk>/consent/", message_settings.contact_consent, name="contact_consent"),
    path("segments/", segments.segment_list, name="segment_list"),
    path("segments/new/", segments.segment_create, name="segment_create"),
    path("segments/<int:pk>/", segments.segment_detail, name="segment_detail"),
    path("segments/<int:pk>/edit/", segments.segment_edit, name="segment_edit"),
    path("segments/<int:pk>/reconcile/", segments.segment_reconcile, name="segment_reconcile"),
    path("segments/<int:pk>/duplicate/", segments.segment_duplicate, name="segment_duplicate"),
    path("segments/<int:pk>/archive/", segments.segment_archive, name="segment_archive"),
    path("segments/<int:pk>/members/", segments.segment_members, name="segment_members"),
    path("contacts/<int:pk>/lists/", segments.contact_lists, name="contact_lists"),
    path("campaigns/", campaigns.campaign_list, name="campaign_list"),
    path("campaigns/new/", campaigns.campaign_create, name="campaign_create"),
    path("campaigns/<int:pk>/", campaigns.campaign_detail, name="campaign_detail"),
    path("campaigns/<int:pk>/about/", campaigns.campaign_about, name="campaign_about"),
    path("campaigns/<int:pk>/duplicate/", campaigns.campaign_duplicate, name="campaign_duplicate"),
    path("campaigns/<int:pk>/edit/", campaigns.campaign_edit, name="campaign_edit"),
    path("campaigns/<int:pk>/edit/test/", campaigns.campaign_test, name="campaign_test"),
    path("campaigns/<int:pk>/links/", campaigns.campaign_links, name="campaign_links"),
    path("pictures/<str:name>", pictures.message_image, name="message_image"),
    path("campaigns/<int:pk>/variants/", campaigns.campaign_variants, name="campaign_variants"),
    path("settings/websites/", websites.website_settings, name="website_settings"),
    # What stands in messages and websites: short, and never changed, as old letters hold them.
    path("m/o/<int:recipient>/<str:signature>.gif", tracking.mail_open, name="mail_open"),
    path("m/c/<int:recipient>/<str:signature>/", tracking.mail_click, name="mail_click"),
    path("m/t/<int:recipient>/<str:signature>/", tracking.mail_trap, name="mail_trap"),
    path("m/page.js", tracking.page_script, name="page_script"),
    path("m/visit/", tracking.page_visit, name="page_visit"),
]
