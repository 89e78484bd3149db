"""What every method must stand: one case per method, one list of those that need none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analytics.methods import (
    agreement,
    calibration,
    candidates,
    cells,
    chance,
    closed_cases,
    closing_history,
    drift,
    evaluation,
    fairness,
    features,
    folds,
    intervals,
    lead_score_fit,
    leakage,
    logistic,
    logistic_fit,
    percentile_score,
    points_score,
    reliability,
    states,
    stay_curve,
    tabular,
    what_if,
)
from analytics.methods.attribution import journeys as touched
from analytics.methods.attribution.removal import removal_effects
from analytics.methods.experiments import bandits, cuped, effects, many, planning, sample_ratio
from analytics.methods.experiments.always_valid import always_valid, sequential_margin
from analytics.methods.experiments.expected import expected_count
from analytics.methods.experiments.verdicts import Rules, judge
from analytics.methods.forecasting import (
    accuracy,
    drivers,
    lag_network,
    periods,
    prefixes,
    reconciling,
    scoring,
    series,
    totals,
)
from analytics.methods.forecasting import (
    backtest_figures as figures_of_backtests,
)
from analytics.methods.forecasting import (
    effects as effects_of_drivers,
)
from analytics.methods.forecasting import forecast as forecasts
from analytics.methods.lifecycle import decisions, replay, time_in_stage, transitions
from analytics.methods.lifecycle.next_actions import next_actions, weighed_actions
from analytics.methods.lifetime import bg_nbd, histories, holdout, lifetime_value, past_totals
from analytics.methods.segmentation import clustering, matching, newcomers, personas, rfm, words
from analytics.methods.uplift import choice as uplift_choice
from analytics.methods.uplift import learners, qini

from .data import FEATURES

Run = Callable[[pd.DataFrame, pd.Series, int], pd.DataFrame]
VISITS, SOURCE = FEATURES[1], FEATURES[0]


@dataclass(frozen=True)
class Case:
    """A method behind one signature: leads, outcomes and seed in, a frame out."""

    run: Run
    covers: tuple[str, ...]
    keeps_ids: bool = False  # one row out per row in, under the same id
    refuses_empty: bool = True
    bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def chances(frame: pd.DataFrame) -> pd.Series:
    """Stand-in probabilities that depend on the row alone."""
    return (frame["visits"].fillna(3.0) / 20).clip(0.01, 0.99)


def one_row(values: Mapping[str, object]) -> pd.DataFrame:
    return pd.DataFrame([values])


def scores(frame, won, seed):
    fit = lead_score_fit.fit_lead_score(frame, won, FEATURES, seed=seed)
    return fit.model.score(frame).frame()


def out_of_fold(frame, won, seed):
    return logistic_fit.fit_logistic(frame, won, FEATURES, seed=seed).out_of_fold


def candidates_of(frame, won, seed):
    fits = candidates.fit_candidates(frame, won, FEATURES, seed=seed).fits
    said = {name: fit.model.predict(frame) for name, fit in fits.items()}
    columns = {name: prediction.probability for name, prediction in said.items()}
    columns["lower"] = said["gradient_boosting"].lower
    return pd.DataFrame(columns, index=frame.index)


def leaks(frame, won, seed):
    found = leakage.weigh_leaks(frame, won, FEATURES, seed=seed)
    return pd.DataFrame([one.to_dict() for one in found]).astype({"reasons": str})


def codes(frame, won, seed):
    encoder = tabular.TabularEncoder.fit(frame, FEATURES)
    return pd.DataFrame(encoder.transform(frame), index=frame.index)


def fields(frame, won, seed):
    fitted = [states.fit_field(one, frame[one.name]) for one in FEATURES]
    fitted.append(states.fit_number(VISITS, frame["visits"], (), 5, 20))
    fitted.append(states.fit_levels(SOURCE, frame["source"], (), 3, 20))
    return pd.DataFrame({"states": [str(one) for one in fitted]})


def guesses(frame, won, seed):
    return pd.DataFrame([features.guess_feature(frame[name]) for name in frame])


def readings(frame, won, seed):
    codes, keys, _ = cells.level_keys(frame["source"])
    columns = {"key": np.array([*keys, ""], dtype=object)[codes]}
    columns["number"] = cells.as_numbers(frame["visits"])
    return pd.DataFrame(columns, index=frame.index)


def figures(frame, won, seed):
    return one_row(evaluation.evaluate(won, chances(frame)).to_dict())


def reliability_of(frame, won, seed):
    table = reliability.reliability_table(won, chances(frame))
    return table.assign(error=reliability.calibration_error(won, chances(frame)))


def lift(frame, won, seed):
    return reliability.lift_table(won, chances(frame))


def auc(frame, won, seed):
    found = intervals.auc_interval(won, chances(frame))
    return one_row({"auc": found.auc, "lower": found.lower, "upper": found.upper})


def wilson(frame, won, seed):
    lower, upper = intervals.wilson_interval(won.to_numpy(), np.ones(len(won)))
    return pd.DataFrame({"lower": lower, "upper": upper}, index=frame.index)


def counts_to_come(frame, won, seed):
    groups = frame["visits"].fillna(0).astype(int) % 5
    happened = np.bincount(groups, won.to_numpy(), minlength=5)
    low, high = expected_count(happened, np.bincount(groups, minlength=5), 100)
    return pd.DataFrame({"low": [low], "high": [high]})


def stays(frame, won, seed):
    curve = stay_curve.StayCurve.fit(frame["visits"].fillna(3.0), won)
    ages = np.arange(5.0)
    columns = {"share": curve.share(ages), "ends": curve.ends_within(ages, np.full(5, 2.0))}
    return pd.DataFrame(columns).fillna(1.0)


def closings(frame, won, seed):
    days = frame["visits"].fillna(3.0).to_numpy(float)
    closed = np.ones(len(won), bool)
    told = closing_history.Stays(np.zeros(len(won), int), days, closed, won.to_numpy() > 0)
    rate, low, high = closing_history.ClosingHistory.fit(told, {}).base_rates([0, 1])
    return pd.DataFrame({"rate": rate, "low": low, "high": high})


def percentiles(frame, won, seed):
    reference = percentile_score.PercentileScore.fit(chances(frame))
    return pd.DataFrame({"score": reference.score(chances(frame))}, index=frame.index)


def grades(frame, won, seed):
    return pd.DataFrame({"grade": percentile_score.grade_scores(chances(frame))}, index=frame.index)


def points(frame, won, seed):
    reference = percentile_score.PercentileScore.fit(chances(frame))
    effects = np.column_stack([chances(frame), -chances(frame) / 2])
    given = percentile_score.score_points(effects, -1.0, reference)
    top = percentile_score.top_reasons(given, most=1)
    columns = {"points": top.points[:, 0], "field": top.fields[:, 0], "rest": top.rest}
    return pd.DataFrame(columns, index=frame.index)


def grid(frame, won, seed):
    visits = frame["visits"].fillna(0).to_numpy()
    rows = np.repeat(np.arange(len(frame)), visits.clip(0, 9).astype(int))
    ages = visits[rows] + 1.0
    counted = points_score.counted_points(
        rows, ages, len(frame), points=7, half_life=20, most_points=40
    )
    matched = (frame["source"].fillna("") == frame["source"].min()).to_numpy() * 30
    given = np.column_stack([matched, points_score.whole_points(counted)])
    found = points_score.grid_scores(given, [True, False], points_score.PointsLimits())
    columns = {"fit": found.fit, "engagement": found.engagement, "total": found.total}
    return pd.DataFrame({**columns, "cell": found.cells}, index=frame.index)


def sigmoid(frame, won, seed):
    logits = np.log(chances(frame) / (1 - chances(frame)))
    slope, intercept = calibration.fit_line(logits, won)
    return one_row({**calibration.fit_sigmoid(logits, won).to_dict(), "s": slope, "i": intercept})


def luck(frame, won, seed):
    encoder = tabular.TabularEncoder.fit(frame, FEATURES)
    rows = folds.canonical_order(frame.index)
    ordered, outcomes = frame.iloc[rows], won.iloc[rows].to_numpy(dtype=float)
    design = logistic.centred_one_hot(encoder.transform(ordered), encoder)
    parts = folds.stratified_folds(outcomes, 5, seed)
    logits = np.log(chances(ordered) / (1 - chances(ordered))).to_numpy()
    found = chance.permute_outcomes(design, outcomes, parts, seed)
    beats = chance.beats_chance(design, outcomes, parts, logits, seed)
    return one_row({"p_value": found.p_value, "spread": found.spread, "beats": float(beats)})


def groups(frame, won, seed):
    table = fairness.group_table(frame["source"], won, chances(frame))
    below = dict(fairness.four_fifths(table))
    small = fairness.small_groups(frame["source"])
    return table.assign(
        ratio=fairness.selection_ratio(table),
        below=[below.get(name, False) for name in table["group"]],
        small=[small.get(name, 0) for name in table["group"]],
    )


def stability(frame, won, seed):
    encoder = tabular.TabularEncoder.fit(frame, [SOURCE])
    now = np.bincount(encoder.transform(frame[won == 1])[:, 0], minlength=len(encoder.shares))
    counts = encoder.fields[0].counts
    return one_row(
        {
            "psi": drift.population_stability(counts, now),
            "noise": drift.stability_noise(len(counts), sum(counts), now.sum()),
        }
    )


def agreement_of(frame, won, seed):
    bins = np.minimum((10 * chances(frame)).astype(int), 9)
    return one_row({"rank": agreement.rank_agreement(pd.crosstab(bins, won.to_numpy()))})


def cases(frame, won, seed):
    encoder = tabular.TabularEncoder.fit(frame, FEATURES)
    kept = closed_cases.ClosedCases.fit(encoder, frame, won, most=300, seed=seed)
    row = frame.sort_index().head(1)
    order = kept.nearest(encoder, row, {"source": 2.0, "visits": 1.0})
    visits = encoder.fields[1]
    own = int(encoder.transform(row)[0, 1])
    apart = closed_cases.state_distances(visits, own, kept.codes[order, 1])
    return pd.DataFrame({"lead": kept.ids[order], "apart": apart})


def raises(frame, won, seed):
    model = lead_score_fit.fit_lead_score(frame, won, FEATURES, seed=seed).model
    row = frame.sort_index().head(1)
    found = what_if.what_would_raise(model, row, ["source", "visits"], least=0.0)
    return pd.DataFrame([{"state": one.state, "points": one.points} for one in found])


def equal_rows(frame, won, seed):
    return one_row({"count": evaluation.count_equal_rows(frame)[0]})


def order(frame, won, seed):
    rows = folds.canonical_order(frame.index)
    return pd.DataFrame({"row": np.arange(len(rows))}, index=frame.index[rows])


def months(frame):
    """Visits of the leads in the order of their ids, as a series."""
    at = periods.number_periods(frame.index, is_date=False)
    return series.clean_series(at, frame["visits"]).values  # noqa: PD011 (no frame)


def forecast_of(frame, won, seed):
    values = months(frame)
    known, came = values[-60:-6], values[-6:]
    network = {"network": lag_network.network_candidate(seed)}
    found = forecasts.forecast_series(known, season=4, horizon=6, more=network)
    scored = scoring.score_forecast(found, known, came, 4)["chosen"]
    tested = figures_of_backtests.backtest_figures(known, found.backtest, season=4)["network"]
    tested.pop("seconds")
    steps = figures_of_backtests.figures_by_step(found.backtest, "network")
    columns = {"ahead": found.ahead, "network": found.backtest.ahead["network"]}
    columns["by_step"] = [step["smape"] for step in steps]
    bands = {"lower": found.lower[0], "upper": found.upper[0]}
    told = {f"tested_{name}": value for name, value in tested.items()}
    grid = periods.periods_of(frame.index, is_date=False)
    moments = {"moment": grid.moments(np.arange(len(known), len(known) + 6))}
    return pd.DataFrame(columns | bands | moments | told | scoring.mean_figures([scored]))


def driven(frame, won, seed):
    values = months(frame)[-80:]
    known = pd.DataFrame({"wave": np.sin(np.arange(84.0) ** 2), "step": np.arange(84.0) % 5})
    lagged = drivers.with_lags(known, {"wave": (1,)})
    effects = drivers.fit_drivers(values, lagged, season=4).table["effect"]
    shares = effects_of_drivers.effects_in_percent(values, lagged, season=4)["effect"]
    ahead = drivers.drivers_candidate(lagged)(prefixes.Prefixes.of([values], 4, 4))
    columns = {"effect": [*effects, np.nan], "share": [*shares, np.nan], "ahead": ahead[0]}
    return pd.DataFrame(columns)


def reconciled(frame, won, seed):
    parts = frame[["source", "opted_in"]].sort_index().head(40)
    hierarchy = reconciling.Hierarchy.of(parts)
    chance_of = chances(frame).reindex(parts.index).to_numpy()
    said = (hierarchy.sums @ chance_of)[:, None] * 1.1 + 0.1
    found = reconciling.reconcile(hierarchy.sums, said, np.sqrt(said[:, 0]))
    return pd.DataFrame({"said": found[:, 0]})


def summed(frame, won, seed):
    x = frame[VISITS.name].sort_index().fillna(0).to_numpy(dtype=float)[:40]
    found = totals.total_ahead(x, forecasts.forecast_series(x, season=4, horizon=4), 4)
    return one_row({"model": found.model, "last": found.last, "ahead": found.ahead})


def parted(frame, won, seed):
    said = chances(frame.sort_index()).to_numpy()[:, None]
    found = reconciling.parts_of_total(said.sum(axis=0) * 0.9, said, np.sqrt(said[:, 0]))
    return pd.DataFrame({"said": found[:, 0]})


def off(frame, won, seed):
    ordered = frame.sort_index()
    came, said = won.sort_index(), chances(ordered)
    scaled = accuracy.mase(came, said, came, 1)
    symmetric = accuracy.smape(came, said)
    return one_row(
        {
            "mase": scaled,
            "smape": symmetric,
            "owa": accuracy.owa((symmetric, 200.0), (scaled, 1.0)),
            "covered": accuracy.covered_share(came, said - 0.5, said + 0.5),
        }
    )


def worth(frame, won, seed):
    """Visits of the leads of a source as purchases, a day each."""
    days = np.datetime64("2026-01-01") + (frame.index.to_numpy() - 1000).astype("timedelta64[D]")
    buyers = frame.index.to_numpy() % 90
    spent = frame["visits"].fillna(3.0).to_numpy() + 1
    known = histories.purchase_histories(buyers, days, spent, "2027-09-01")
    found = lifetime_value.fit_lifetime_value(known).predict(known, 20.0, seed=seed)
    errors = past_totals.past_total_errors(buyers, days, "2027-09-01")
    low, high = past_totals.total_band(found["purchases"].sum(), errors)
    earlier = histories.purchase_histories(buyers, days, spent, "2027-01-01")
    error = past_totals.past_total_error(earlier, known, 30.0)
    groups = holdout.by_past_purchases(known.frequency, found["purchases"], known.frequency)
    assert groups["customers"].sum() == len(known)
    ends = (found["purchases_low"], found["purchases_high"])
    model = bg_nbd.fit_bg_nbd(known)
    track = holdout.tracked(model.expected_since_first, [0.0, 1.0], [5.0, 5.0], [1.0, 4.0])
    return found.assign(
        total_low=low,
        total_high=high,
        past=np.nan if error is None else error,
        covered=holdout.share_within(known.frequency, *ends),
        off=holdout.errors_of(found["purchases"], known.frequency)["rmse"],
        tracked=track[-1],
    )


def segments_of(frame, won, seed):
    ordered = frame.sort_index()
    columns = pd.DataFrame(
        {"visits": ordered["visits"], "apart": chances(ordered) * 9 + won.sort_index() * 8}
    )
    found = clustering.fit_segments(columns, most=3, seed=seed)
    labels = found.assign(columns)
    points = found.scaling.transform(columns)
    again, sure = newcomers.fit_assigner(points, labels, seed=seed).assign(points)
    series = pd.Series(labels, index=ordered.index)
    same = matching.match_segments(series + 5, series)
    assert same == {number: number + 5 for number in range(found.k)}
    apart = personas.number_profile(columns, labels)
    typical = personas.word_profile(ordered[["source"]], labels)
    assert set(apart["segment"]) == set(range(found.k)) >= set(typical["segment"])
    return pd.DataFrame({"segment": labels, "again": again, "sure": sure}, index=ordered.index)


def fifths(frame, won, seed):
    visits = frame["visits"].fillna(3.0)
    columns = (frame.index, visits, visits * chances(frame))
    cells = rfm.rfm_cells(*columns)
    if len(frame):
        pd.testing.assert_frame_equal(rfm.fit_rfm(*columns).cells(*columns), cells)
    return cells.set_index(frame.index)


def words_as_axes(frame, won, seed):
    ordered = frame.sort_index()
    levels = words.fit_levels(ordered[["source"]]).places(ordered[["source"]])
    texts = [f"came by {source}, likes it" for source in ordered["source"].fillna("nobody")]
    themes = words.fit_texts(texts, seed=seed).themes(texts)
    axes = np.nan_to_num(np.concatenate([levels[:, :1], themes[:, :1]], axis=1))
    return pd.DataFrame(axes.round(9), columns=["level", "theme"], index=ordered.index)


def moves(frame, won, seed):
    """Sources as stages, consent as the action."""
    stages = sorted(frame["source"].unique())
    rows = pd.DataFrame(
        {
            "state": frame["source"],
            "action": frame["opted_in"].fillna("none"),
            "next_state": np.where(won == 1, stages[-1:], frame["source"]),
            "reward": frame["visits"].fillna(3.0),
        }
    )
    known = transitions.count_transitions(rows, stages, ["none", "Yes", "no", "是"])
    found = next_actions(known, nothing="none", discount=0.9, seed=seed)
    both = (
        solve(known.probabilities, known.expected_rewards, 0.9).state_values
        for solve in (decisions.iterate_policies, decisions.iterate_values)
    )
    values = dict(zip(("by_policy", "by_value"), both, strict=True))
    every = weighed_actions(known, nothing="none", discount=0.9, seed=seed)
    assert {(each.state, each.action) for each in found if each.action != "none"} <= {
        (each.state, each.action) for each in every
    }
    columns = {"sure": [each.sure for each in found], "action": [each.action for each in found]}
    return pd.DataFrame(values | columns)


def ways(frame, won, seed):
    """Every lead begins in one stage and comes into others by visits and by buying."""
    size, never = len(frame), replay.MOST_MOMENT
    visits = frame["visits"].fillna(0).clip(0, 50).to_numpy().astype(np.int64)
    seen = replay.Counted(np.arange(size), visits, visits + 30, 1, None, "visits")
    buyers = np.flatnonzero(won == 1)
    bought = replay.Counted(buyers, visits[buyers] + 5, np.full(len(buyers), never), 1, None, "won")
    stages = [replay.Asked("all"), *(replay.Asked("test", number=number) for number in range(2))]
    stays = replay.replay(np.zeros(size, dtype=np.int64), [seen, bought], stages, 100)
    before, after = replay.months_of(stays, size, np.array([0, 40, 80]))
    now = replay.stages_at(stays, np.arange(size), np.full(size, 100))
    counts = time_in_stage.day_counts(visits, won == 1)
    half = time_in_stage.stay_quantiles(*counts, [0.5])[0]
    columns = {"before": before[:, 1], "after": after[:, 1], "now": now}
    return pd.DataFrame(columns | {"half": np.nan if half is None else half}, index=frame.index)


def tests_of(frame, won, seed):
    """Consent as the arm, buying and visits as outcomes."""
    arm = frame["opted_in"].isin(["Yes", "是"]).sort_index()
    y, visits = won.sort_index()[arm.index], frame["visits"].fillna(3.0).sort_index()
    arms = [effects.arm_of_counts(int(y[a].sum()), len(y[a])) for a in (arm, ~arm)]
    means = effects.compare_arms(*(effects.arm_of_values(visits[a]) for a in (arm, ~arm)))
    ratio = sample_ratio.sample_ratio_p([one.people for one in arms], [1, 1])
    found = judge(*arms, ratio_p=ratio, days=9, rules=Rules(days=10))
    always = always_valid(means)
    before = cuped.adjusted_effect(y[arm], y[~arm], visits[arm], visits[~arm])
    yes, people = zip(*((one.happened, one.people) for one in arms), strict=True)
    needed = planning.people_needed(arms[1].mean, 0.05)
    return one_row(
        {
            "p": many.holm([means.p_value, always.p_value])[0],
            "word": found.word,
            "margin": sequential_margin(sum(people)),
            "saved": before.saved,
            "best": bandits.chances_of_best(yes, people, seed=seed)[0],
            "share": bandits.thompson_shares(yes, people, seed=seed)[1],
            "power": planning.power_of(needed, arms[1].mean, 0.05),
            "smallest": planning.smallest_effect(needed, arms[1].mean),
            "days": planning.days_needed(needed, 100),
        }
    )


def shared_out(frame, won, seed):
    """Sources as touches, the leads of a tenth of the ids as one way."""
    ordered = frame.sort_index()
    names = sorted(ordered["source"].unique())
    way = (ordered.index.to_numpy() - 1000) // 3
    worth = won.sort_index().groupby(way).max().to_numpy(float)
    ways = touched.Journeys(
        len(names),
        np.unique(way, return_inverse=True)[1],
        ordered["source"].map(names.index).to_numpy(np.int64),
        ordered["visits"].fillna(3.0).to_numpy(float),
        worth,
    )
    columns = {rule.__name__: rule(ways) for rule in (touched.last_touch, touched.linear)}
    columns["time_decay"] = touched.time_decay(ways)
    found = removal_effects(ways)
    return pd.DataFrame(columns | {"removal": found.shares, "effect": found.effects})


def uplift_of(frame, won, seed):
    """By chance half of the leads were written to."""
    treated = (frame.index.to_numpy() * 7919) % 2
    found = uplift_choice.fit_uplift(frame, treated, won, FEATURES, seed=seed, draws=20)
    encoder = tabular.TabularEncoder.fit(frame.sort_index(), FEATURES)
    codes = encoder.transform(frame.sort_index())
    y, arm = won.sort_index().to_numpy(float), (np.sort(frame.index.to_numpy()) * 7919 % 2)
    model = learners.fit_learner("transformed", encoder, codes, arm.astype(float), y)
    said = model.of_codes(codes)
    drawn = qini.qini_draws(said, arm, y, draws=5, seed=seed)
    tried = {each.learner: each.curve.coefficient for each in found.tried}
    columns = {"said": said, "qini": qini.qini_curve(said, arm, y).coefficient, **tried}
    return pd.DataFrame(columns | {"drawn": drawn.mean()}, index=frame.sort_index().index)


SHARE = (0.0, 1.0)
CASES: dict[str, Case] = {
    "lead score": Case(
        scores,
        ("fit_lead_score", "LeadScoreModel", "LeadScores", "CalibratedLogistic"),
        keeps_ids=True,
        bounds={"probability": SHARE, "lower": SHARE, "upper": SHARE, "score": (0, 100)},
    ),
    "logistic": Case(out_of_fold, ("fit_logistic",), keeps_ids=True, bounds={"probability": SHARE}),
    "candidates": Case(
        candidates_of,
        (
            "fit_candidates",
            "choose_simplest",
            "fit_trees",
            "fit_network",
            "CalibratedModel",
            "Linear",
            "Network",
            "SimilarRows",
            "TableRows",
            "TreeShares",
            "Trees",
        ),
        keeps_ids=True,
        bounds={"gradient_boosting": SHARE, "neural_network": SHARE, "lower": SHARE},
    ),
    "leak guard": Case(leaks, ("weigh_leaks",), bounds={"auc": (0.5, 1), "fill_gap": (-1, 1)}),
    "encoder": Case(codes, ("TabularEncoder",), keeps_ids=True),
    "fields": Case(
        fields, ("fit_field", "fit_levels", "fit_number", "CodedField"), refuses_empty=False
    ),
    "guess": Case(guesses, ("guess_feature",), refuses_empty=False),
    "cells": Case(readings, ("level_keys", "as_numbers"), keeps_ids=True, refuses_empty=False),
    "figures": Case(figures, ("evaluate",), bounds={"roc_auc": SHARE, "brier": SHARE}),
    "reliability": Case(
        reliability_of,
        ("reliability_table", "calibration_error"),
        bounds={"observed": SHARE, "lower": SHARE, "upper": SHARE, "error": SHARE},
    ),
    "lift": Case(lift, ("lift_table",), bounds={"rate": SHARE, "captured": SHARE}),
    "auc": Case(auc, ("auc_interval",), bounds={"auc": SHARE, "lower": SHARE, "upper": SHARE}),
    "wilson": Case(
        wilson,
        ("wilson_interval",),
        keeps_ids=True,
        refuses_empty=False,
        bounds={"lower": SHARE, "upper": SHARE},
    ),
    "expected count": Case(
        counts_to_come, ("expected_count",), bounds={"low": (0, 100), "high": (0, 100)}
    ),
    "stay curve": Case(stays, ("StayCurve",), bounds={"share": SHARE, "ends": SHARE}),
    "closing history": Case(
        closings, ("ClosingHistory",), bounds={"rate": SHARE, "low": SHARE, "high": SHARE}
    ),
    "percentile": Case(
        percentiles, ("PercentileScore",), keeps_ids=True, bounds={"score": (0, 100)}
    ),
    "grades": Case(grades, ("grade_scores",), keeps_ids=True, refuses_empty=False),
    "points": Case(
        points, ("score_points", "top_reasons"), keeps_ids=True, bounds={"points": (-100, 100)}
    ),
    "grid": Case(
        grid,
        ("counted_points", "whole_points", "grid_scores", "PointsLimits"),
        keeps_ids=True,
        refuses_empty=False,
        bounds={"fit": (0, 50), "engagement": (0, 50), "total": (0, 100)},
    ),
    "sigmoid": Case(sigmoid, ("fit_sigmoid", "fit_line", "Sigmoid")),
    "luck": Case(
        luck,
        ("beats_chance", "permute_outcomes"),
        bounds={"p_value": SHARE, "spread": (0, 0.5), "beats": SHARE},
    ),
    "groups": Case(
        groups,
        ("group_table", "small_groups", "four_fifths", "selection_ratio"),
        bounds={"observed": SHARE, "selected": SHARE, "found": SHARE, "ratio": SHARE},
    ),
    "closed cases": Case(cases, ("ClosedCases", "state_distances"), bounds={"apart": SHARE}),
    "what if": Case(raises, ("what_would_raise",), bounds={"points": (0, 100)}),
    "stability": Case(
        stability,
        ("population_stability", "stability_noise"),
        bounds={"psi": (0, np.inf), "noise": (0, np.inf)},
    ),
    "agreement": Case(agreement_of, ("rank_agreement",), bounds={"rank": (-1, 1)}),
    "forecast": Case(
        forecast_of,
        (
            "forecast_series",
            "clean_series",
            "number_periods",
            "backtest_series",
            "backtest_figures",
            "figures_by_step",
            "looked_at",
            "periods_of",
            "origins_of",
            "choose_candidate",
            "band_widths",
            "spread_by_step",
            "forecast_ets",
            "forecast_ces",
            "forecast_theta",
            "naive2",
            "seasonal_naive",
            "has_season",
            "seasonal_indices",
            "mean_forecast",
            "within_reason",
            "minimise_all",
            "halton_points",
            "corrected_aic",
            "akaike_average",
            "network_candidate",
            "score_forecast",
            "mean_figures",
        ),
        bounds={
            "lower": (0, 20),
            "upper": (0, 40),
            "coverage80": SHARE,
            "coverage95": SHARE,
            "tested_smape": (0, 200),
            "tested_coverage80": SHARE,
            "tested_coverage95": SHARE,
        },
    ),
    "drivers": Case(
        driven, ("fit_drivers", "drivers_candidate", "with_lags", "effects_in_percent", "Prefixes")
    ),
    "reconciling": Case(reconciled, ("reconcile", "Hierarchy"), bounds={"said": (0, 60)}),
    "totals": Case(summed, ("total_ahead",)),
    "parts of a total": Case(parted, ("parts_of_total",), bounds={"said": (0, 1)}),
    "accuracy": Case(
        off,
        ("mase", "mase_scale", "smape", "owa", "covered_share"),
        bounds={"smape": (0, 200), "covered": SHARE},
    ),
    "lifetime value": Case(
        worth,
        (
            "purchase_histories",
            "fit_lifetime_value",
            "LifetimeModel",
            "fit_bg_nbd",
            "BgNbd",
            "fit_gamma_gamma",
            "GammaGamma",
            "likely_ends",
            "maximise_likelihood",
            "past_total_errors",
            "past_total_error",
            "total_band",
            "by_past_purchases",
            "errors_of",
            "share_within",
            "tracked",
        ),
        bounds={"alive": SHARE, "covered": SHARE, "purchases_low": (0, 20), "value_high": (0, 200)},
    ),
    "segments": Case(
        segments_of,
        (
            "fit_segments",
            "Segmentation",
            "fit_scaling",
            "Scaling",
            "match_segments",
            "number_profile",
            "word_profile",
            "fit_assigner",
            "SegmentAssigner",
        ),
        keeps_ids=True,
        bounds={"segment": (0, 2), "sure": SHARE},
    ),
    "fifths": Case(
        fifths,
        ("rfm_cells", "fit_rfm", "RfmScale"),
        keeps_ids=True,
        refuses_empty=False,
        bounds={"recency": (1, 5), "frequency": (1, 5), "value": (1, 5)},
    ),
    "words as axes": Case(
        words_as_axes,
        ("fit_levels", "LevelSpace", "fit_texts", "TextSpace", "words_of"),
        keeps_ids=True,
        bounds={"theme": (-1, 1)},
    ),
    "moves": Case(
        moves,
        (
            "count_transitions",
            "Transitions",
            "pool_moves",
            "PooledMoves",
            "next_actions",
            "weighed_actions",
            "iterate_policies",
            "iterate_values",
        ),
        bounds={"sure": SHARE, "by_policy": (0, 300)},
    ),
    "ways": Case(
        ways,
        (
            "Asked",
            "Counted",
            "Passages",
            "replay",
            "months_of",
            "stages_at",
            "day_counts",
            "stay_quantiles",
        ),
        keeps_ids=True,
        refuses_empty=False,
        bounds={"now": (0, 2)},
    ),
    "tests": Case(
        tests_of,
        (
            "Arm",
            "Effect",
            "Rules",
            "adjusted_arms",
            "adjusted_effect",
            "saved_by",
            "always_valid",
            "arm_of_counts",
            "arm_of_values",
            "chances_of_best",
            "compare_arms",
            "days_needed",
            "holm",
            "judge",
            "people_needed",
            "power_of",
            "sample_ratio_p",
            "sequential_margin",
            "smallest_effect",
            "thompson_shares",
        ),
        bounds={"p": SHARE, "best": SHARE, "share": SHARE, "power": SHARE},
    ),
    "shared out": Case(
        shared_out,
        ("Journeys", "last_touch", "linear", "time_decay", "removal_effects"),
        bounds={"effect": SHARE, "linear": (0, 600), "removal": (0, 600)},
    ),
    "uplift": Case(
        uplift_of,
        ("fit_uplift", "fit_learner", "UpliftModel", "qini_curve", "qini_draws"),
        keeps_ids=True,
        bounds={"said": (-1, 1), "qini": (-1, 1)},
    ),
    "equal rows": Case(equal_rows, ("count_equal_rows",), refuses_empty=False),
    "order": Case(order, ("canonical_order",), keeps_ids=True, refuses_empty=False),
}

RESULT = "a result record, made by a method that has a case"
EXEMPT: dict[str, str] = {
    "AdjustedEffect": RESULT,
    "Paired": RESULT,
    "QiniCurve": RESULT,
    "RemovalEffects": RESULT,
    "TriedLearner": RESULT,
    "UpliftFit": RESULT,
    "Verdict": RESULT,
    "ArimaOrder": RESULT,
    "Backtest": RESULT,
    "LikelihoodFit": RESULT,
    "NextAction": RESULT,
    "Policy": RESULT,
    "PeriodGrid": RESULT,
    "PurchaseHistories": RESULT,
    "CandidateFit": RESULT,
    "Candidates": RESULT,
    "ChanceTest": RESULT,
    "Choice": RESULT,
    "CleanSeries": RESULT,
    "DriverEffects": RESULT,
    "Estimator": "a protocol",
    "AucInterval": RESULT,
    "Evaluation": RESULT,
    "EtsForm": "letters of a form",
    "Forecast": RESULT,
    "ForecastChoice": RESULT,
    "TotalAhead": RESULT,
    "arima_candidate": "seconds a series; checked against theory in forecasting/test_on_demand.py",
    "choose_order": "seconds a series; checked against theory in forecasting/test_on_demand.py",
    "EventTimes": "counts moments, not rows of cells; checked against counting by hand",
    "Feature": RESULT,
    "FieldEvidence": RESULT,
    "GridScores": RESULT,
    "Guess": RESULT,
    "LeadScoreFit": RESULT,
    "LogisticFit": RESULT,
    "Prediction": RESULT,
    "Raise": RESULT,
    "Reason": RESULT,
    "TopReasons": RESULT,
    "OpenDeals": "what a quarter is drawn from",
    "PastQuarters": "what a quarter is drawn from",
    "QuarterOutcome": RESULT,
    "ViewComparison": RESULT,
    "compare_views": "compares two views of periods; checked by hand in test_quarter_outcome.py",
    "simulate_quarter": "draws deal by deal; checked against exact sums in test_quarter_outcome.py",
    "variance_shares": "a step of the quarter; checked against exact sums in test_quarter_outcome.py",
    "Stays": "what the closing history is made of",
    "InsufficientData": "an exception",
    "InvalidData": "an exception",
    "MethodError": "an exception",
    "comparable": "reads one word, not rows",
    "name_hint": "reads one word, not rows",
    "outcome_of": "reads one word, not rows",
    "target_rank": "reads one word, not rows",
    "truth_keys": "reads words, not rows",
    "value_speaks": "reads one word, not rows",
    "field_sums": "a step of the candidates' case",
    "centred_one_hot": "a step of the logistic case, on codes that are already made",
    "check_columns": "a check, part of the encoder's case",
    "check_outcomes": "a check, part of the logistic case",
    "check_probabilities": "a check, part of the figures' case",
    "cluster_numbers": "numbers by position; callers put rows into canonical order first",
    "cut_folds": "cuts by position; callers put rows into canonical order first",
    "stratified_folds": "cuts by position; callers put rows into canonical order first",
    "time_ordered_folds": "cuts by position; callers put rows into canonical order first",
}
