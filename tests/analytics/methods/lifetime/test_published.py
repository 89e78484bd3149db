"""The figures that were published of CDNOW's customers."""

import pandas as pd
import pytest

from analytics.methods.lifetime.bg_nbd import fit_bg_nbd
from analytics.methods.lifetime.gamma_gamma import fit_gamma_gamma
from analytics.methods.lifetime.histories import PurchaseHistories
from tests.data import data_file

from .data import cdnow_histories


def test_bg_nbd_of_the_published_table():
    """Fader, Hardie and Lee (2005), table 2; the first customer is their worked example."""
    table = pd.read_csv(data_file("cdnow/cdnow_customers_summary.csv"))
    columns = (table[name].to_numpy(dtype=float) for name in ("frequency", "recency", "T"))
    known = PurchaseHistories(pd.Index(table["ID"]), *columns, table["T"].to_numpy() * float("nan"))
    model = fit_bg_nbd(known)
    assert model.parameters == pytest.approx([0.243, 4.414, 0.793, 2.426], rel=0.002)
    assert model.log_likelihood == pytest.approx(-9582.4, abs=0.05)
    assert model.expected_purchases(known, 39.0)[0] == pytest.approx(1.226, abs=0.001)


def test_gamma_gamma_of_the_published_note():
    """Fader and Hardie (2013), with the first customer of the sample."""
    known = cdnow_histories()
    model = fit_gamma_gamma(known)
    assert [model.p, model.q, model.v] == pytest.approx([6.25, 3.74, 15.44], rel=0.002)
    assert model.expected_value(known)[0] == pytest.approx(24.66, abs=0.01)


def test_histories_are_those_of_the_published_table():
    known = cdnow_histories()
    table = pd.read_csv(data_file("cdnow/cdnow_customers_summary.csv"))
    assert known.frequency.tolist() == table["frequency"].tolist()
    assert known.recency == pytest.approx(table["recency"], abs=0.005)
    assert known.age == pytest.approx(table["T"], abs=0.005)
