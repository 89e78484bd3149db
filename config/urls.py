"""All addresses."""

from django.urls import include, path
from django.views.i18n import set_language

from core.permissions import public

urlpatterns = [
    path("", include("core.urls")),
    path("", include("crm.urls")),
    path("", include("analytics.urls")),
    path("accounts/", include("allauth.urls")),
    path("language/", public(set_language), name="set_language"),
]

handler400 = "django.views.defaults.bad_request"
handler404 = "core.views.errors.not_found"
