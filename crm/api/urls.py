"""Addresses of sales in the API."""

from django.urls import path

from core.lists import lists
from crm.api import (
    activities,
    assignments,
    boards,
    conversions,
    deals,
    duplicates,
    funnel,
    imports,
    interactions,
    lead_scores,
    quotes,
    triage,
)

DEALS, ACTIVITIES, LEADS = lists["crm.deal"], lists["crm.activity"], lists["crm.lead"]


urlpatterns = [
    path("pipelines/", deals.Pipelines.as_view(), name="api_pipelines"),
    path("deal-board/", boards.DealBoard.as_view(), name="api_deal_board"),
    path("deal-funnel/", funnel.DealFunnel.as_view(), name="api_deal_funnel"),
    path("close-reasons/", boards.CloseReasons.as_view(), name="api_close_reasons"),
    path("competitors/", boards.Competitors.as_view(), name="api_competitors"),
    path("quotes/", quotes.Quotes.as_view(), name="api_quotes"),
    path("quotes/<int:pk>/", quotes.QuoteView.as_view(), name="api_quote"),
    *(
        path(f"quotes/<int:pk>/{act}/", view.as_view(), name=f"api_quote_{act}")
        for act, view in (
            ("issue", quotes.QuoteIssue),
            ("revise", quotes.QuoteRevise),
            ("mark", quotes.QuoteMark),
            ("unmark", quotes.QuoteUnmark),
            ("pdf", quotes.QuotePdf),
        )
    ),
    path("deals/<int:pk>/quotes/", quotes.DealQuotes.as_view(), name="api_deal_quotes"),
    path("assignment-rules/", assignments.AssignmentRules.as_view(), name="api_assignment_rules"),
    path("assignment-rules/try/", assignments.AssignmentTry.as_view(), name="api_assignment_try"),
    path(
        "assignment-rules/<int:pk>/",
        assignments.AssignmentRuleView.as_view(),
        name="api_assignment_rule",
    ),
    path(
        "assignment-rules/<int:pk>/move/",
        assignments.AssignmentRuleMove.as_view(),
        name="api_assignment_rule_move",
    ),
    path("duplicates/", duplicates.Duplicates.as_view(), name="api_duplicates"),
    path(
        "duplicates/dismiss/",
        duplicates.DuplicatesDismiss.as_view(),
        name="api_duplicates_dismiss",
    ),
    path("duplicates/search/", duplicates.DuplicatesSearch.as_view(), name="api_duplicates_search"),
    path("merges/", duplicates.Merge.as_view(), name="api_merges"),
    path("merges/<int:pk>/undo/", duplicates.MergeUndo.as_view(), name="api_merges_undo"),
    *(
        path(f"deals/<int:pk>/{act}/", view.as_view(definition=DEALS), name=f"api_deal_{act}")
        for act, view in (
            ("move", deals.DealMove),
            ("win", deals.DealWin),
            ("lose", deals.DealLose),
            ("reopen", deals.DealReopen),
        )
    ),
    *(
        path(
            f"activities/<int:pk>/{act}/",
            view.as_view(definition=ACTIVITIES),
            name=f"api_activity_{act}",
        )
        for act, view in (
            ("complete", activities.ActivityComplete),
            ("reopen", activities.ActivityReopen),
        )
    ),
    *(
        path(
            f"{definition.kind.slug}/<int:pk>/timeline/",
            activities.RecordTimeline.as_view(definition=definition),
            name=f"api_{definition.kind.model.__name__.lower()}_timeline",
        )
        for definition in lists
        if definition.key.startswith("crm.")
    ),
    *(
        path(f"leads/<int:pk>/score/{act}", view.as_view(definition=LEADS), name=f"api_lead_{name}")
        for act, view, name in (
            ("", lead_scores.LeadScoreView, "score"),
            ("set/", lead_scores.LeadScoreSet, "score_set"),
            ("release/", lead_scores.LeadScoreRelease, "score_release"),
        )
    ),
    path(
        "leads/<int:pk>/convert/",
        conversions.LeadConvert.as_view(definition=LEADS),
        name="api_lead_convert",
    ),
    path(
        "leads/<int:pk>/convert/undo/",
        conversions.LeadConvertUndo.as_view(definition=LEADS),
        name="api_lead_convert_undo",
    ),
    *(
        path(f"leads/<int:pk>/{act}/", view.as_view(definition=LEADS), name=f"api_lead_{act}")
        for act, view in (
            ("qualify", triage.LeadQualify),
            ("disqualify", triage.LeadDisqualify),
            ("recycle", triage.LeadRecycle),
        )
    ),
    path("imports/", imports.Imports.as_view(), name="api_imports"),
    path("imports/<int:pk>/", imports.Import.as_view(), name="api_import"),
    *(
        path(f"imports/<int:pk>/{part}/", view.as_view(), name=f"api_import_{part}")
        for part, view in (
            ("targets", imports.ImportTargets),
            ("try", imports.ImportTry),
            ("start", imports.ImportStart),
            ("revert", imports.ImportRevert),
            ("report", imports.ImportReport),
            ("refused", imports.ImportRefused),
        )
    ),
    path(
        "contacts/<int:pk>/interactions/",
        interactions.ContactInteractions.as_view(),
        name="api_contact_interactions",
    ),
    path(
        "interactions/bulk/", interactions.InteractionsBulk.as_view(), name="api_interactions_bulk"
    ),
]
