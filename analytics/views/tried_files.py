"""What a file that was tried has left to download."""

from collections.abc import Iterator

from django.http import Http404, StreamingHttpResponse

from analytics.models import TriedFile
from core.downloads import CSV, download


def kept_table(trial: TriedFile, name: str) -> StreamingHttpResponse:
    """The table that its run has written, while it is kept."""
    if not trial.predictions:
        raise Http404

    def pieces() -> Iterator[bytes]:
        with trial.predictions.open("rb") as file:
            yield from file.chunks()

    return download(pieces(), f"{name}-{trial.pk}.csv", CSV)
