"""Most of these tests are about runs and records, not about which method is best: two are tried."""

import pytest

from analytics.methods import candidates


@pytest.fixture
def every_method() -> None:
    """Asked for by tests that need all five."""


@pytest.fixture(autouse=True)
def two_methods(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "every_method" not in request.fixturenames:
        boosting = {"gradient_boosting": candidates.GROWN["gradient_boosting"]}
        monkeypatch.setattr(candidates, "GROWN", boosting)
