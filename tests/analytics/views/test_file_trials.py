"""Trying the score on a file through its pages: upload, columns, result, again, away."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics.models import FileTrial
from analytics.tasks import forget_trial_files
from core.choices import RunState
from core.models import AuditEvent, JobRun, User
from crm.models import FileImport, Lead
from tests.analytics.files import degenerate, made, odd_columns, text_of
from tests.factories import FileTrialFactory, UserFactory
from tests.running import carry_out, lose_worker, work_once

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

LogIn = Callable[..., Client]
LIST = "/scoring/try/"
AT_ONCE = {"target not binary": "too many different values"}


def send(client: Client, content: str | bytes, name: str = "leads.csv") -> Any:
    data = content.encode() if isinstance(content, str) else content
    return client.post(LIST, {"file": SimpleUploadedFile(name, data)})


def uploaded(client: Client, frame: pd.DataFrame, separator: str = ",") -> FileTrial:
    answer = send(client, text_of(frame, separator))
    assert answer.status_code == 302, answer.context["form"].errors
    return FileTrial.objects.latest("pk")


def form_of(client: Client, trial: FileTrial, **uses: str) -> dict[str, Any]:
    """What the form of the columns sends as it is proposed, with some columns used otherwise."""
    form = client.get(reverse("trial_columns", args=[trial.pk])).context["form"]
    lines = form.lines
    return {
        "action": "start",
        "target": "" if form.place is None else form.place,
        "values_of": "" if form.place is None else form.place,
        "counts_as": [value["counts_as"] for value in form.target_values],
        "column": [line["place"] for line in lines],
        "use": [uses.get(line["name"], line["use"]) for line in lines],
    }


def start(client: Client, trial: FileTrial, form: dict[str, Any]) -> Any:
    return client.post(reverse("trial_columns", args=[trial.pk]), form)


def tried(client: Client, frame: pd.DataFrame, **uses: str) -> FileTrial:
    """The trial with its run done."""
    trial = uploaded(client, frame)
    answer = start(client, trial, form_of(client, trial, **uses))
    assert answer.status_code == 302, answer.context["form"].error
    trial.refresh_from_db()
    carry_out(trial.run)
    trial.refresh_from_db()
    return trial


def page(client: Client, trial: FileTrial) -> str:
    answer = client.get(reverse("trial_detail", args=[trial.pk]))
    assert answer.status_code == 200
    return str(answer.content.decode())


def rows_in(answer: Any) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_file_goes_the_whole_way(every_method: None, manager: User, log_in: LogIn) -> None:
    """Upload, columns, watch, result, chances, again without a column, import, away."""
    client = log_in(manager)
    frame = made(1_200, region=np.resize(["north", "south"], 1_200))
    frame.insert(0, "code", [f"=cmd|{number}" for number in range(1_200)])
    frame["stage"] = np.where(np.random.default_rng(1).random(1_200) < 0.1, "won", "open")
    trial = uploaded(client, frame, ";")
    assert (trial.target, trial.converted, trial.not_converted) == ("Converted", ["1"], ["0"])
    form = form_of(client, trial, minutes="leave") | {"group": [trial.names.index("region")]}
    answer = start(client, trial, form)
    detail = reverse("trial_detail", args=[trial.pk])
    assert answer["Location"] == detail
    poll = {"HX-Request": "true", "HX-Target": "run"}
    assert client.get(detail, headers=poll).status_code == 200
    trial.refresh_from_db()
    run = carry_out(trial.run)
    assert run.state == RunState.SUCCEEDED, run.error_text
    assert run.steps.count() == 7
    assert client.get(detail, headers=poll)["HX-Redirect"] == detail
    trial.refresh_from_db()
    text = page(client, trial)
    assert "Calling the top 10%" in text
    assert "north" in text
    assert "stage" in {one["name"] for one in trial.result["suspected"]}
    assert trial.left_out == ["minutes"]
    assert trial.result["rows_known"] == 1_200
    assert Lead.objects.count() == 0, "nothing is imported"

    rows = rows_in(client.get(reverse("trial_predictions", args=[trial.pk])))
    assert rows[0] == ["Row", "code", "Converted", "Chance", "Part"]
    assert len(rows) == 1_201
    assert rows[1][:2] == ["1", "'=cmd|0"]
    assert all(0 <= float(row[3]) <= 1 for row in rows[1:])

    again = client.post(reverse("trial_again", args=[trial.pk]), {"without": ["stage"]})
    second = FileTrial.objects.latest("pk")
    assert again["Location"] == reverse("trial_detail", args=[second.pk])
    assert (second.left_out, second.groups) == (["minutes", "stage"], ["region"])
    assert second.run is not None
    imported = client.post(reverse("trial_import", args=[trial.pk]))
    file_import = FileImport.objects.get()
    assert imported["Location"] == reverse("import_map", args=[file_import.pk])
    assert file_import.columns == trial.names

    names = [trial.file.name, trial.predictions.name]
    assert client.post(reverse("trial_delete", args=[trial.pk])).status_code == 302
    assert not FileTrial.objects.filter(pk=trial.pk).exists()
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {f"file_trial.{act}" for act in ("upload", "start", "copy", "delete")} <= actions
    assert names


@pytest.mark.parametrize("name", list(degenerate()))
def test_degenerate_file_gets_a_sentence(name: str, manager: User, log_in: LogIn) -> None:
    """On the page of the columns where it is seen at once, else as the answer of the run."""
    frame, sentence = degenerate()[name]
    client = log_in(manager)
    trial = uploaded(client, frame)
    answer = start(client, trial, form_of(client, trial))
    trial.refresh_from_db()
    if trial.run is None:
        assert answer.status_code == 422
        assert AT_ONCE.get(name, sentence) in answer.context["form"].error
        return
    run = carry_out(trial.run)
    assert run.state == RunState.INSUFFICIENT
    assert sentence in page(client, trial)
    assert reverse("trial_columns", args=[trial.pk]) in page(client, trial)


def test_odd_columns_are_told_and_equal_rows_counted(manager: User, log_in: LogIn) -> None:
    frame = made(600)
    for name, cells in odd_columns(600).items():
        frame[name] = cells
    frame["again"] = frame["Converted"].map({1: "signed", 0: "gone"})
    trial = tried(log_in(manager), pd.concat([frame, frame], ignore_index=True))
    reasons = {one["name"]: one["reasons"] for one in trial.result["unusable"]}
    assert {name: [name] for name in ("empty", "constant", "date")}.items() <= reasons.items()
    assert "too_many_levels" in reasons
    assert trial.result["equal_rows"] >= 600
    text = page(log_in(manager), trial)
    assert "equal another one" in text
    (again,) = [one for one in trial.result["suspected"] if one["name"] == "again"]
    assert again["severity"] == "strong"
    assert "again" not in {one["field"] for one in trial.result["drivers"]}


def test_permuted_outcomes_are_no_usable_signal(manager: User, log_in: LogIn) -> None:
    frame = made(1_000)
    frame["Converted"] = np.random.default_rng(4).permutation(frame["Converted"])
    trial = tried(log_in(manager), frame)
    text = page(log_in(manager), trial)
    assert "No usable signal" in text
    assert "Good enough" not in text


def test_time_orders_the_rows(manager: User, log_in: LogIn) -> None:
    days = pd.date_range("2024-01-01", periods=500).strftime("%d.%m.%Y")
    frame = made(500, Tag=days).sample(frac=1, random_state=0)
    trial = tried(log_in(manager), frame, Tag="time")
    assert trial.result["validation"] == "holdout"
    assert "in the order of Tag" in page(log_in(manager), trial)


def test_column_that_holds_no_time_is_told(manager: User, log_in: LogIn) -> None:
    trial = tried(log_in(manager), made(300), source="time")
    assert trial.run.state == RunState.FAILED
    assert "neither numbers nor dates" in page(log_in(manager), trial)


def test_values_say_who_converted(manager: User, log_in: LogIn) -> None:
    """Of a column with several values those that are open are left out."""
    frame = made(800)
    frame["Stage"] = frame.pop("Converted").map({1: "Closed Won", 0: "Closed Lost"})
    frame.loc[:149, "Stage"] = "Engaging"
    client = log_in(manager)
    trial = uploaded(client, frame)
    assert (trial.converted, trial.not_converted) == (["Closed Won"], ["Closed Lost"])
    start(client, trial, form_of(client, trial))
    trial.refresh_from_db()
    carry_out(trial.run)
    trial.refresh_from_db()
    assert trial.result["rows_known"] == 650
    assert trial.result["rows_without_target"] == 150


def test_other_target_shows_its_values_first(manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    trial = uploaded(client, made(300, answer=["ja", "nein", "nein"] * 100))
    place = trial.names.index("answer")
    url = reverse("trial_columns", args=[trial.pk])
    htmx = {"HX-Request": "true", "HX-Target": "outcome"}
    shown = client.post(url, {"target": place}, headers=htmx)
    assert [value["counts_as"] for value in shown.context["form"].target_values] == ["lost", "won"]
    stale = client.post(url, form_of(client, trial) | {"target": place})
    assert stale.status_code == 422
    assert "Check what they mean" in stale.context["form"].error
    assert FileTrial.objects.get().run is None


@pytest.mark.parametrize(
    "content", [b"", b"Name\n", b"\x89PNG\0\0"], ids=["empty", "header only", "picture"]
)
def test_file_that_cannot_be_read_is_told(content: bytes, manager: User, log_in: LogIn) -> None:
    answer = send(log_in(manager), content)
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert not FileTrial.objects.exists()


def test_rows_are_pasted(manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    answer = client.post(LIST, {"text": "Quelle\t成交\nWeb\t是\nMesse\t否\n"})
    trial = FileTrial.objects.get()
    assert answer["Location"] == reverse("trial_columns", args=[trial.pk])
    assert (trial.target, trial.converted, trial.rows) == ("成交", ["是"], 2)


def test_run_is_cancelled_and_goes_on(manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    trial = uploaded(client, made(300))
    start(client, trial, form_of(client, trial))
    trial.refresh_from_db()
    client.post(reverse("job_cancel", args=[trial.run.pk]))
    trial.run.refresh_from_db()
    assert trial.run.state == RunState.CANCELLED
    assert "Go on" in page(client, trial)
    client.post(reverse("job_resume", args=[trial.run.pk]))
    carry_out(JobRun.objects.get(pk=trial.run.pk))
    trial.refresh_from_db()
    assert trial.result


def test_lost_worker_is_done_again_with_the_same_answer(manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    first = tried(client, made(300))
    trial = uploaded(client, made(300))
    start(client, trial, form_of(client, trial))
    trial.refresh_from_db()
    JobRun.objects.filter(pk=trial.run.pk).update(state=RunState.PREPARING)
    lose_worker(trial.run)
    work_once(trial.run)
    trial.refresh_from_db()
    names = ("roc_auc", "brier", "lift_top20", "algorithm", "drivers")
    assert [trial.result[name] for name in names] == [first.result[name] for name in names]


def test_trials_are_their_askers_and_the_administrators(
    manager: User, administrator: User, sales: User, log_in: LogIn
) -> None:
    trial = FileTrialFactory(created_by=manager, done=True)
    url = reverse("trial_detail", args=[trial.pk])
    assert log_in(UserFactory(role="manager")).get(url).status_code == 404
    assert log_in(administrator).get(url).status_code == 200
    assert log_in(sales).get(LIST).status_code == 403
    other = log_in(UserFactory(role="marketing"))
    assert other.post(reverse("trial_delete", args=[trial.pk])).status_code == 404


def test_files_go_after_some_days_and_figures_stay(manager: User, log_in: LogIn) -> None:
    long_ago = timezone.now() - timedelta(days=8)
    old = FileTrialFactory(
        created_by=manager, done=True, result={"roc_auc": 0.7}, created_at=long_ago
    )
    abandoned = FileTrialFactory(created_by=manager, created_at=long_ago)
    names = [old.file.name, old.predictions.name, abandoned.file.name]
    forget_trial_files()
    old.refresh_from_db()
    assert not old.file
    assert not old.predictions
    assert old.result == {"roc_auc": 0.7}
    assert not FileTrial.objects.filter(pk=abandoned.pk).exists()
    assert not any(default_storage.exists(name) for name in names)
    answer = log_in(manager).post(reverse("trial_again", args=[old.pk]))
    assert answer.status_code == 302
    assert FileTrial.objects.count() == 1


def test_young_files_stay(manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    trial = uploaded(client, made(60))
    FileTrial.objects.update(created_at=trial.created_at - timedelta(days=6))
    forget_trial_files()
    assert default_storage.exists(trial.file.name)
    assert FileTrial.objects.get().file
