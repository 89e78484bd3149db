"""Addresses of the API."""

from collections.abc import Iterator

from django.urls import URLPattern, path

from core.api import (
    archives,
    directory,
    fields,
    files,
    jobs,
    pages,
    quality,
    records,
    saved_views,
    search,
)
from core.api.components import api_types
from core.lists import ListDefinition


def record_addresses(definition: ListDefinition) -> Iterator[URLPattern]:
    """The end points of one record type: the same for all."""
    kind = definition.kind
    noun, slug = kind.model.__name__.lower(), kind.slug
    views = (
        ("", records.RecordList, "list"),
        ("query/", records.RecordQuery, "query"),
        ("bulk/", records.RecordBulk, "bulk"),
        ("fields/", fields.RecordFields, "fields"),
        ("by-key/<str:source>/<str:key>/", records.RecordByKey, "by_key"),
        ("<int:pk>/", records.RecordDetail, "detail"),
        ("<int:pk>/restore/", records.RecordRestore, "restore"),
        ("<int:pk>/files/", files.RecordFiles, "files"),
        ("<int:pk>/files/<int:file>/", files.RecordFile, "file"),
    )
    for route, view, name in views:
        yield path(
            f"{slug}/{route}",
            view.as_view(definition=definition),
            name=f"api_{noun}_{name}",
        )


urlpatterns = [
    path("me/", directory.Me.as_view(), name="api_me"),
    path("users/", directory.Users.as_view(), name="api_users"),
    path("teams/", directory.Teams.as_view(), name="api_teams"),
    path("tags/", directory.Tags.as_view(), name="api_tags"),
    path("views/", saved_views.SavedViews.as_view(), name="api_views"),
    path("views/<int:pk>/", saved_views.SavedViewDetail.as_view(), name="api_view_detail"),
    path("exports/", archives.Archives.as_view(), name="api_archives"),
    path("exports/<int:pk>/", archives.ArchiveDetail.as_view(), name="api_archive_detail"),
    path("exports/<int:pk>/file/", archives.ArchiveFile.as_view(), name="api_archive_file"),
    path("data-quality/", quality.DataQuality.as_view(), name="api_data_quality"),
    path("search/", search.Search.as_view(), name="api_search"),
    path("jobs/", jobs.Runs.as_view(), name="api_jobs"),
    path("jobs/kinds/", jobs.Kinds.as_view(), name="api_job_kinds"),
    path("jobs/<int:pk>/", jobs.Run.as_view(), name="api_job_detail"),
    path("jobs/<int:pk>/cancel/", jobs.RunCancel.as_view(), name="api_job_cancel"),
    path("jobs/<int:pk>/resume/", jobs.RunResume.as_view(), name="api_job_resume"),
    path("schema/", pages.SchemaView.as_view(), name="api_schema"),
    *(pattern for definition in api_types() for pattern in record_addresses(definition)),
]
