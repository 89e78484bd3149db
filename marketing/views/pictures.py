"""Pictures of messages: what mail programs load, and uploads."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from core.downloads import SANDBOX
from core.permissions import public
from marketing.models import MessageImage

FOREVER = "public, max-age=31536000, immutable"
TYPES = {"png": "image/png", "jpg": "image/jpeg"}
SHORTEST = 40


@public
@require_safe
def message_image(_request: HttpRequest, picture: str) -> HttpResponse:
    """The picture, for whoever has its address: it follows from the content."""
    digest, _dot, ending = picture.partition(".")
    image = None
    if len(digest) == SHORTEST and ending in TYPES:
        image = MessageImage.objects.filter(digest__startswith=digest).first()
    if image is None or image.address != picture:
        raise Http404
    try:
        with image.file.open("rb") as file:
            answer = HttpResponse(file.read(), content_type=TYPES[ending])
    except FileNotFoundError as error:
        raise Http404 from error
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = SANDBOX
    answer["Cache-Control"] = FOREVER
    return answer
