"""Tags: which there are, how many records carry them, and putting them in order."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import permissions
from core.forms.tags import TagForm, TagMergeForm
from core.ids import id_in
from core.models import JobRun, Tag
from core.pages import UNPROCESSABLE, form_page, render_page
from core.permissions import requires
from core.queries.tags import counted, tags_page
from core.services.tag_changes import MOST_MERGED, PERMISSION, change_tag, delete_tag, merge_tags
from core.tasks import wake

MOST_WORDS = 60


@requires(PERMISSION)
def tag_list(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").replace("\0", "").strip()[:MOST_WORDS]
    after = request.GET.get("after", "").replace("\0", "")[:80]
    access = permissions.access_of(permissions.user_of(request))
    context = {"page": tags_page(access, words=words, after=after), "words": words}
    return render_page(request, "core/settings/tags.html", context)


@requires(PERMISSION)
def tag_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Name and colour; deleting is a button below."""
    tag = get_object_or_404(Tag, pk=pk)
    user = permissions.user_of(request)
    form = TagForm(request.POST or None, initial={"name": tag.name, "hue": tag.hue})

    def on_valid(valid: TagForm) -> tuple[str, str]:
        change_tag(tag=tag, **valid.cleaned_data, by=user)
        return _("The tag is saved."), reverse("tag_list")

    context = {"tag": tag, "lines": counted([tag], permissions.access_of(user))}
    return form_page(request, "core/settings/tag.html", form, on_valid, context)


@requires(PERMISSION)
def tag_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks first: this cannot be undone."""
    tag = get_object_or_404(Tag, pk=pk)
    user = permissions.user_of(request)
    if request.method == "POST":
        run = delete_tag(tag=tag, by=user, at=timezone.now())
        return _answer(request, run, _("The tag “%(tag)s” is deleted.") % {"tag": tag})
    lines = counted([tag], permissions.access_of(user))
    return render_page(request, "core/settings/tag_delete.html", {"tag": tag, "lines": lines})


@requires(PERMISSION)
def tag_merge(request: HttpRequest) -> HttpResponse:
    """Asks which of the chosen tags stays."""
    source = request.POST if request.method == "POST" else request.GET
    tags = _chosen(source.getlist("tags"))
    if len(tags) < 2:  # one has nobody to merge with
        messages.error(request, _("Choose between 2 and %(most)s tags.") % {"most": MOST_MERGED})
        return redirect("tag_list")
    user = permissions.user_of(request)
    form = TagMergeForm(request.POST if "into" in request.POST else None, tags=tags)
    if form.is_valid():
        run = merge_tags(tags=tags, into=form.chosen, by=user, at=timezone.now())
        return _answer(
            request, run, _("The tags are merged into “%(tag)s”.") % {"tag": form.chosen}
        )
    context: dict[str, Any] = {"form": form, "lines": counted(tags, permissions.access_of(user))}
    status = UNPROCESSABLE if form.is_bound else 200
    return render_page(request, "core/settings/tag_merge.html", context, status=status)


def _chosen(given: Sequence[str]) -> list[Tag]:
    numbers = [pk for each in given[: MOST_MERGED + 1] if (pk := id_in(each)) is not None]
    return list(Tag.objects.filter(pk__in=numbers))


def _answer(request: HttpRequest, run: JobRun | None, sentence: str) -> HttpResponse:
    if run is not None:
        wake(run.pk)
        return redirect("job_run", pk=run.pk)
    messages.success(request, sentence)
    return redirect("tag_list")
