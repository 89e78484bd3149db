"""What analytics declares to the core and fills on pages below."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from analytics.choices import TIMELINE
from analytics.declarations.campaigns import register_campaigns
from analytics.declarations.customer_segments import register_customer_segments
from analytics.declarations.lifetimes import register_lifetimes
from core.jobs.kinds import JobKind, job_kinds
from core.registries import (
    ArchiveTable,
    AuditAction,
    AuditedType,
    ChangeFollower,
    Command,
    NavigationEntry,
    Panel,
    Permission,
    PermissionGroup,
    StartStep,
    archive_tables,
    audit_actions,
    audited_types,
    change_followers,
    commands,
    navigation,
    panels,
    permission_groups,
    permission_registry,
    start_steps,
)


def register() -> None:
    """Called once, when the apps are ready."""
    from analytics.pages.lifecycle_entries import register_lifecycle  # noqa: PLC0415
    from analytics.queries.lead_scores import insight  # noqa: PLC0415  # needs loaded models
    from analytics.services.stale_scores import TYPES, note_stale  # noqa: PLC0415
    from crm.queries.scores import MORE_LABELS  # noqa: PLC0415

    MORE_LABELS.update(TIMELINE)
    change_followers.register(ChangeFollower("analytics.stale_scores", TYPES, note_stale))

    permission_groups.register(PermissionGroup("analytics", _("Analysis")))
    permission_registry.register(
        Permission("analytics.lead_score.view", _("See how good the lead score is")),
        Permission("analytics.lead_score.run", _("Train the lead score")),
    )
    navigation.register(
        NavigationEntry(
            "scoring",
            _("Lead scoring"),
            "gauge",
            "lead_score_model",
            "understand",
            10,
            "analytics.lead_score.view",
            on_phone=True,
        )
    )
    _register_jobs()
    _register_outlooks()
    _register_forecasts()
    register_customer_segments()
    register_lifetimes()
    register_campaigns()
    _register_start()
    _register_points()
    _register_trials()
    _register_series()
    register_lifecycle()
    panels.register(
        Panel(
            "analytics.lead_score",
            place="crm.lead.insight",
            template="analytics/panels/lead_score.html",
            context=insight,
            permission="crm.lead.view",
            order=10,
        )
    )


def _register_points() -> None:
    """What the trail and the archive know of points rules."""
    audit_actions.register(
        AuditAction("points.rule.create", _("Points rule added")),
        AuditAction("points.rule.change", _("Points rule changed")),
        AuditAction("points.rule.delete", _("Points rule deleted")),
        AuditAction("points.limits", _("Limits of the points rules changed")),
    )
    audited_types.register(AuditedType("analytics.pointsbook"), AuditedType("analytics.pointsrule"))
    archive_tables.register(
        ArchiveTable("points_books", "analytics.PointsBook"),
        ArchiveTable("points_rules", "analytics.PointsRule"),
    )


def _register_jobs() -> None:
    job_kinds.register(
        JobKind(
            "analytics.lead_score",
            _("Lead score"),
            "analytics.jobs.lead_scores.LeadScoreJob",
            permission="analytics.lead_score.run",
            can_run_now=True,
            describe=_job_title,
            follows=("crm.file_import", "crm.sample_company"),
            result_url=_model_url,
            is_background=True,
        ),
        JobKind(
            "analytics.lead_digest",
            _("Weekly e-mail about leads"),
            "analytics.jobs.lead_digests.LeadDigestJob",
            permission="analytics.lead_score.run",
            counts={"letters": pgettext_lazy("digest", "E-mails")},
            is_background=True,
        ),
        JobKind(
            "analytics.lead_score_comparison",
            _("Lead score: two versions compared"),
            "analytics.jobs.lead_score_comparison.LeadScoreComparison",
            permission="analytics.lead_score.run",
            result_url=_comparison_url,
            is_background=True,
        ),
    )
    audit_actions.register(
        AuditAction("score.groups", _("Compared groups of the lead score named"))
    )


def _register_forecasts() -> None:
    """Series that go on: who sees them, starts them and sets targets."""
    permission_registry.register(
        Permission("analytics.forecast.view", _("See forecasts")),
        Permission("analytics.forecast.run", _("Make forecasts anew")),
        Permission("analytics.forecast.target", _("Set targets of forecasts")),
    )
    navigation.register(
        NavigationEntry(
            "forecast",
            pgettext_lazy("navigation", "Forecast"),
            "chart-line",
            "forecast",
            "understand",
            30,
            "analytics.forecast.view",
        )
    )
    job_kinds.register(
        JobKind(
            "analytics.forecasts",
            _("Forecasts"),
            "analytics.jobs.forecasts.ForecastsJob",
            permission="analytics.forecast.run",
            can_run_now=True,
            follows=("crm.file_import", "crm.sample_company"),
            is_long=True,
            result_url=lambda _scope: reverse("forecast"),
            counts={
                "series": pgettext_lazy("forecast", "Series"),
                "tested": _("Series that were tested"),
                "beats": _("Series better than the season before"),
            },
            is_background=True,
        )
    )
    audited_types.register(AuditedType("analytics.forecasttarget"))
    audit_actions.register(
        AuditAction("forecast.target", _("Target set")),
        AuditAction("forecast.target.delete", _("Target taken away")),
    )
    archive_tables.register(ArchiveTable("forecast_targets", "analytics.ForecastTarget"))


def _register_start() -> None:
    from analytics.queries.lead_score_models import own_champion  # noqa: PLC0415  # needs loaded models

    start_steps.register(
        StartStep(
            "lead_score",
            _("Turn on lead scoring"),
            _(
                "It learns from your closed leads which ones become customers, and shows how good it is "
                "before anybody relies on it. 50 conversions are needed."
            ),
            "gauge",
            _("Train the lead score"),
            "lead_score_model",
            40,
            own_champion,
            permission="analytics.lead_score.run",
        )
    )


def _job_title(scope: dict[str, object]) -> str:
    return gettext("Lead score") if scope.get("trains", True) else gettext("Scoring of open leads")


def _comparison_url(scope: dict[str, object]) -> str:
    return f"{reverse('lead_score_compare')}?a={scope['a']}&b={scope['b']}"


def _register_trials() -> None:
    """Trying the score on a file: whoever asked sees the run, nobody else."""
    job_kinds.register(
        JobKind(
            "analytics.file_trial",
            _("Try the lead score on a file"),
            "analytics.jobs.file_trials.FileTrialJob",
            permission="",
            describe=_trial_title,
            result_url=lambda scope: reverse("trial_detail", args=[scope["trial"]]),
        )
    )
    audited_types.register(AuditedType("analytics.filetrial"))
    audit_actions.register(
        AuditAction("file_trial.upload", _("File uploaded to try the lead score on")),
        AuditAction("file_trial.start", _("Lead score tried on a file")),
        AuditAction("file_trial.copy", _("Trial on a file chosen anew")),
        AuditAction("file_trial.delete", _("Trial on a file deleted")),
    )


def _register_series() -> None:
    """Forecasting the series of a file: as with trials of the score, whoever asked sees the run."""
    permission_registry.register(
        Permission("analytics.series.run", _("Forecast the series of files"))
    )
    commands.register(
        Command(
            "analytics.series",
            _("Forecast a file"),
            "chart-dots",
            "series_list",
            "analytics.series.run",
        )
    )
    job_kinds.register(
        JobKind(
            "analytics.series_trial",
            _("Forecast a file"),
            "analytics.jobs.series_trials.SeriesTrialJob",
            permission="",
            describe=_series_title,
            result_url=lambda scope: reverse("series_detail", args=[scope["trial"]]),
        )
    )
    audited_types.register(AuditedType("analytics.seriestrial"))
    audit_actions.register(
        AuditAction("series_trial.upload", _("File uploaded to be forecast")),
        AuditAction("series_trial.start", _("File forecast")),
        AuditAction("series_trial.copy", _("Forecast of a file chosen anew")),
        AuditAction("series_trial.delete", _("Forecast of a file deleted")),
    )


def _series_title(scope: dict[str, Any]) -> str:
    return gettext("Forecast of %(file)s") % {"file": scope.get("file", "")}


def _trial_title(scope: dict[str, Any]) -> str:
    return gettext("Try the score on %(file)s") % {"file": scope.get("file", "")}


def _model_url(_scope: dict[str, object]) -> str:
    return reverse("lead_score_model")


def _register_outlooks() -> None:
    """How likely deals are to be won."""
    from analytics.queries.win_probability import outlook  # noqa: PLC0415  # needs loaded models
    from analytics.services.stale_outlooks import TYPES, note_stale_deals  # noqa: PLC0415

    change_followers.register(ChangeFollower("analytics.stale_outlooks", TYPES, note_stale_deals))
    permission_registry.register(
        Permission("analytics.win_probability.view", _("See how good the win probability is")),
        Permission("analytics.win_probability.run", _("Train the win probability")),
        Permission("analytics.quarter.view", _("See what a quarter will bring")),
        Permission("analytics.quarter.submit", _("Call a quarter")),
        Permission("analytics.quota.manage", _("Set quotas")),
    )
    _register_outlook_jobs()
    _register_quarters()
    panels.register(
        Panel(
            "analytics.win_probability",
            place="crm.deal.insight",
            template="analytics/panels/outlook.html",
            context=outlook,
            permission="crm.deal.view",
            order=10,
        )
    )


def _register_quarters() -> None:
    """The quarter: its page, quotas and calls."""
    audited_types.register(AuditedType("analytics.quota"), AuditedType("analytics.submission"))
    audit_actions.register(
        AuditAction("quota.set", _("Quota set")),
        AuditAction("quarter.call", _("Quarter called")),
    )
    archive_tables.register(
        ArchiveTable("quotas", "analytics.Quota"),
        ArchiveTable("quarter_calls", "analytics.Submission"),
    )


def _register_outlook_jobs() -> None:
    job_kinds.register(
        JobKind(
            "analytics.win_probability",
            _("Win probability"),
            "analytics.jobs.win_probability.WinProbabilityJob",
            permission="analytics.win_probability.run",
            can_run_now=True,
            describe=_outlook_title,
            follows=("crm.file_import", "crm.sample_company"),
            result_url=lambda _scope: reverse("win_probability_model"),
            counts={
                "stale_old": _("Open for too long"),
                "stale_untouched": _("Untouched for too long"),
            },
            is_background=True,
        )
    )
    job_kinds.register(
        JobKind(
            "analytics.quarter_forecast",
            _("Forecast of the quarter"),
            "analytics.jobs.quarter_forecast.QuarterForecastJob",
            permission="analytics.win_probability.run",
            can_run_now=True,
            follows=("analytics.win_probability",),
            result_url=lambda _scope: reverse("quarter_forecast"),
            is_background=True,
        ),
        JobKind(
            "analytics.sample_quarter",
            _("Quotas of the sample company"),
            "analytics.jobs.sample_quarter.SampleQuarterJob",
            permission="analytics.win_probability.run",
            follows=("crm.sample_company",),
        ),
    )


def _outlook_title(scope: dict[str, object]) -> str:
    trains = scope.get("trains", True)
    return gettext("Win probability") if trains else gettext("Win probability of open deals")
