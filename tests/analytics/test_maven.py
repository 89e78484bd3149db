"""Maven's pipeline, brought in by the product's importer: there is no signal, and the product says so."""

import pytest
from django.core.management import call_command
from django.utils import timezone

from analytics.queries.win_probability import BASE_RATES, KIND
from core.choices import RunState
from core.jobs.questions import ask
from core.models import ModelVersion, User
from crm.choices import StageKind, StaleReason
from crm.models import Deal, DealOutlook
from tests.data import data_file
from tests.running import carry_out

FILES = ("sales_teams", "accounts", "products", "sales_pipeline")


@pytest.mark.acceptance
@pytest.mark.django_db(transaction=True)
def test_maven_has_no_usable_signal(administrator: User) -> None:
    for name in FILES:
        path = data_file(f"maven-crm/{name}.csv")
        call_command("import_records", "auto", str(path), by=administrator.email)
    assert Deal.objects.count() == 8_800
    run = carry_out(ask(kind=KIND, as_of=timezone.now()))
    assert run.state == RunState.SUCCEEDED, run.error_text
    version = ModelVersion.objects.get(kind=KIND, state="champion")
    figures = version.metrics
    print(
        f"\n{version.algorithm}, {version.parameters['why_not']}: ROC-AUC {figures['roc_auc']:.3f} "
        f"({figures['roc_auc_lower']:.3f} to {figures['roc_auc_upper']:.3f}) on {version.rows} rows"
    )
    print("left out:", {one.get("field"): one["reasons"] for one in figures["left_out"]})
    print("learned from:", [feature["name"] for feature in version.features])
    assert (version.algorithm, version.parameters["why_not"]) == (BASE_RATES, "no_signal")
    assert figures["roc_auc"] < 0.56, "a leak"
    names = {feature["name"] for feature in version.features}
    assert "crm.deal.amount" not in names, (
        "lost deals are worth 0 in the file: it knows the outcome"
    )
    closed = Deal.objects.exclude(status=StageKind.OPEN)
    won = closed.filter(status=StageKind.WON).count()
    said = set(DealOutlook.objects.values_list("probability", flat=True))
    assert list(said) == [pytest.approx(won / closed.count())]
    assert not DealOutlook.objects.filter(has_signal=True).exists()
    engaged = DealOutlook.objects.filter(deal__created_at__year__lt=2018)
    stale = engaged.filter(stale=StaleReason.OLD).count()
    print(f"{stale} of {engaged.count()} open deals with a day of engagement are stale")
    assert stale == engaged.count(), "as of today all of them are years old"
