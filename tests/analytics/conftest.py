"""Most tests are about runs, records and sentences, not about which method is best: two are tried."""

import pytest

from analytics.methods import candidates


@pytest.fixture
def every_method() -> None:
    """Asked for by tests that need all five."""


@pytest.fixture(autouse=True)
def two_methods(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long proofs and the tests of the methods themselves try all."""
    is_whole = (
        request.node.get_closest_marker("acceptance") or request.path.parent.name == "methods"
    )
    if not is_whole and "every_method" not in request.fixturenames:
        boosting = {"gradient_boosting": candidates.GROWN["gradient_boosting"]}
        monkeypatch.setattr(candidates, "GROWN", boosting)
