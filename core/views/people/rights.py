"""Why may somebody see this? A user, and a record, a right or a field."""

from django.http import HttpRequest, HttpResponse

from core import permissions
from core.pages import render_page
from core.people.questions import Question, question_context
from core.permissions import requires


@requires("core.settings.manage")
def rights(request: HttpRequest) -> HttpResponse:
    question = Question.of(request.GET)
    context = question_context(question, permissions.user_of(request))
    return render_page(request, "core/people/rights.html", context)
