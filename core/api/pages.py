"""The schema for the caller, the page that explains it, and what lies beyond all addresses."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.base import SIGNED_IN, ApiView
from core.permissions import signed_in


class SchemaView(ApiView):
    """The OpenAPI document of what the caller may see."""

    rights = {"GET": SIGNED_IN}

    def get(self, request: Request) -> Response:
        document = SchemaGenerator(api_version="1").get_schema(request=request, public=True)
        return Response(document, content_type="application/vnd.oai.openapi+json")


class Unknown(ApiView):
    """Addresses that there are not: a problem, not a page."""

    rights = dict.fromkeys(("GET", "POST", "PUT", "PATCH", "DELETE"), SIGNED_IN)

    def get(self, _request: Request) -> Response:
        raise Http404

    post = put = patch = delete = get


@signed_in
def docs(request: HttpRequest) -> HttpResponse:
    """The interactive documentation, for whoever is signed in."""
    return render(request, "core/api/docs.html")
