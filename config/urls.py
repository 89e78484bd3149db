"""All addresses."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.i18n import set_language

from core.api.pages import Unknown, docs
from core.permissions import public

urlpatterns = [
    path("", include("core.urls")),
    path("", include("crm.urls")),
    path("", include("marketing.urls")),
    path("", include("analytics.urls")),
    path("api/v1/", include("core.api.urls")),
    path("api/v1/", include("crm.api.urls")),
    path("api/v1/", include("marketing.api.urls")),
    path("api/v1/", include("analytics.api.urls")),
    path("api/docs/", docs, name="api_docs"),
    re_path(r"^api/", Unknown.as_view(), name="api_unknown"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("language/", public(set_language), name="set_language"),
]

handler400 = "django.views.defaults.bad_request"
handler404 = "core.views.errors.not_found"
handler500 = "core.views.errors.server_error"
