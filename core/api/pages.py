"""The schema for the caller, the pages that explain it, and what lies beyond all addresses."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.defaults import server_error as page_of_fault
from drf_spectacular.generators import SchemaGenerator
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.base import SIGNED_IN, ApiView
from core.api.problems import TYPE
from core.permissions import signed_in


class SchemaView(ApiView):
    """The OpenAPI document of what the caller may see."""

    rights = {"GET": SIGNED_IN}

    def get(self, request: Request) -> Response:
        document = SchemaGenerator(api_version="1").get_schema(request=request, public=True)
        return Response(document, content_type="application/vnd.oai.openapi+json")


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours: a page, or a problem to programs."""
    if not request.path.startswith("/api/v1/"):
        return page_of_fault(request)
    body = {
        "type": f"{TYPE}fault",
        "title": "A fault of the server",
        "status": 500,
        "detail": "This is our fault and was noted. Try again later.",
    }
    return JsonResponse(body, status=500, content_type="application/problem+json")


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
