"""Files of a whole company through the browser: companies, products, deals, leads; and back again."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.product import Product, running_product
from tests.browser.visitor import ADMINISTRATOR, Visitor, visitor
from tests.data import data_file

MOST_SECONDS = 15  # for the file of leads on the embedded default

FIRMS = "account,sector,subsidiary_of\nBeta,medical,Alpha\nAlpha,retail,\n"
PRODUCTS = "product,series,sales_price\nGTX Pro,GTX,4821\n"
DEALS = (
    "opportunity_id,product,account,deal_stage,engage_date,close_date,close_value\n"
    "A1,GTXPro,Beta,Won,2016-10-20,2017-03-01,4000\n"
    "A2,GTX Pro,,Engaging,2016-11-20,,\n"
)


BROUGHT = "crm_deal d ON d.id = l.deal_id AND d.imported_by_id = 3"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def numbers(product: Product, *questions: str) -> list[int]:
    return [int(product.installation.ask(question)) for question in questions]


@pytest.mark.acceptance
def test_files_that_belong_together_come_in_and_go_again(browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "product"
    folder.mkdir()
    with running_product(folder, with_sample=False) as fresh, visitor(browser, fresh) as person:
        person.sign_in(ADMINISTRATOR)
        person.import_file(write(tmp_path, "accounts.csv", FIRMS), kind="")
        person.import_file(write(tmp_path, "products.csv", PRODUCTS), kind="")
        person.upload_file(write(tmp_path, "sales_pipeline.csv", DEALS))
        person.try_import()
        choice = person.page.locator("select[name='match-1-GTXPro']")
        assert "GTX Pro" in str(choice.locator("option:checked").inner_text())
        person.start_import()
        assert numbers(fresh, f"SELECT count(*) FROM crm_dealline l JOIN {BROUGHT}") == [2]
        person.page.locator("[data-open=revert]").click()
        person.page.locator("dialog#revert button[type=submit]").click()
        expect(person.page.locator("main .note")).to_be_visible(timeout=60_000)
        binned = "SELECT count(*) FROM crm_deal WHERE imported_by_id = 3 AND deleted_at IS NOT NULL"
        fresh.installation.wait_for_answer(binned, 2, 60)


@pytest.mark.acceptance
def test_whole_company_comes_in(browser: Browser, tmp_path: Path) -> None:
    """Maven's colleagues, companies, products and deals, and the leads of X Education, all links."""
    folder = tmp_path / "product"
    folder.mkdir()
    with running_product(folder) as fresh, visitor(browser, fresh) as person:
        person.sign_in(ADMINISTRATOR)
        for name in ("sales_teams", "accounts", "products"):
            bring(person, f"maven-crm/{name}.csv")
        person.upload_file(data_file("maven-crm/sales_pipeline.csv"))
        person.try_import()
        person.start_import()
        deals = "SELECT count(*) FROM crm_deal d WHERE d.imported_by_id IS NOT NULL"
        found = numbers(
            fresh,
            deals,
            f"{deals} AND EXISTS (SELECT 1 FROM crm_dealline l WHERE l.deal_id = d.id)",
            f"{deals} AND d.company_id IS NULL",
            f"{deals} AND EXISTS (SELECT 1 FROM core_user u WHERE u.id = d.owner_id"
            " AND u.email LIKE '%@colleague.invalid')",
            "SELECT count(*) FROM core_user u JOIN core_user_roles r ON r.user_id = u.id"
            " JOIN core_role o ON o.id = r.role_id"
            " WHERE o.key = 'sales' AND u.email LIKE '%@colleague.invalid'",
            "SELECT count(*) FROM crm_company WHERE parent_id IS NOT NULL AND imported_by_id IS NOT NULL",
        )
        assert found == [8_800, 8_800, 1_425, 8_800, 35, 15]
        assert_leads(person, fresh)


def bring(person: Visitor, name: str) -> None:
    person.import_file(data_file(name), kind="")


def assert_leads(person: Visitor, fresh: Product) -> None:
    source = data_file("x-education/leads.csv")
    person.import_file(source)
    with source.open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    mapping = fresh.installation.ask("SELECT mapping FROM crm_fileimport ORDER BY id DESC LIMIT 1")
    assert len(re.findall(r'"target"', mapping)) == len(columns) == 37
    assert '"ignore"' not in mapping
    assert numbers(
        fresh, "SELECT count(*) FROM crm_lead WHERE imported_by_id IS NOT NULL AND custom <> '{}'"
    ) == [9_240]
    seconds = float(
        fresh.installation.ask(
            "SELECT (julianday(finished_at) - julianday(started_at)) * 86400 FROM core_jobrun "
            "WHERE kind = 'crm.file_import' ORDER BY id DESC LIMIT 1"
        )
    )
    print(f"9,240 leads with 37 columns in {seconds:.1f} s")
    assert seconds <= MOST_SECONDS
