"""The lead score's versions: what an older one says comes back on the leads."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.leads import generated, split, write
from tests.browser.product import Product, running_product
from tests.browser.visitor import visitor


def scores(product: Product) -> dict[str, tuple[int, int]]:
    """The version and the score of each lead."""
    rows = product.installation.rows(
        "SELECT s.lead_id, v.number, s.score FROM crm_leadscore s "
        "JOIN core_modelversion v ON v.id = s.version_id"
    )
    return {str(lead): (int(number), int(score)) for lead, number, score in rows}


@pytest.mark.embedded
def test_rolling_back_brings_the_older_scores_back(browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "product"
    folder.mkdir()
    closed, opened, _truth = split(generated(1_000, 3, 10_000), tmp_path, "first")
    later = [
        {**row, "Website visits": str(11 - int(row["Website visits"]))}
        for row in generated(1_500, 4, 50_000)
    ]
    with running_product(folder) as fresh, visitor(browser, fresh) as person:
        person.sign_in("admin@sample.renmai")
        person.import_file(closed, after_contact=("Tags",))
        person.wait_for_score()
        person.import_file(opened)
        person.wait_for_score()
        person.import_file(write(tmp_path / "later.csv", later))
        person.wait_for_score()
        newest = scores(fresh)

        person.open("/scoring/")
        person.page.locator("[data-open=roll-back]").click()
        dialog = person.page.locator("dialog#roll-back")
        expect(dialog).to_be_visible()
        dialog.locator("button[type=submit]").click()
        expect(person.page.locator("#versions")).to_contain_text("A person rolled back to it.")
        person.wait_for_score()
        older = scores(fresh)
        assert older.keys() == newest.keys()
        (version,) = {number for number, _score in older.values()}
        assert version < min(number for number, _score in newest.values())
        moved = [older[lead][1] - newest[lead][1] for lead in older]
        assert max(map(abs, moved)) >= 10
        person.open("/scoring/compare/")
        expect(person.page.locator("[data-chart] canvas")).to_have_count(2)
