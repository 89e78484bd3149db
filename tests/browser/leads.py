"""Files of leads for the journeys, and how well the product's scores rank them."""

import csv
import random
from pathlib import Path

from sklearn.metrics import roc_auc_score

from tests.browser.product import Product

NAMES = ("Mei Lin 林梅", "Jonas Weber", "Priya Raman", "陈一鸣", "Sofia Marchetti")


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def generated(rows: int, seed: int, first_number: int) -> list[dict[str, str]]:
    """Leads whose outcome depends on source and visits; one field knows it afterwards."""
    chance = random.Random(seed)
    made = []
    for number in range(first_number, first_number + rows):
        source = chance.choice(["Webinar", "Referral", "Trade fair"])
        visits = chance.randrange(12)
        won = chance.random() < (0.9 if source == "Referral" else 0.5) * visits / 11
        made.append(
            {
                "Lead Number": str(number),
                "Name": f"{chance.choice(NAMES)} {number}",
                "Email": f"lead{number}@example.com",
                "Company": f"Company {number % 40}",
                "Lead Source": source,
                "Website visits": str(visits),
                "Tags": "Closed by sales" if won else "Ringing",
                "Converted": "1" if won else "0",
            }
        )
    return made


def split(
    rows: list[dict[str, str]], folder: Path, name: str, share: float = 0.7
) -> tuple[Path, Path, dict[str, int]]:
    """The first leads as closed, the others as open with their outcome withheld."""
    ordered = sorted(rows, key=lambda row: int(row["Lead Number"]))
    cut = int(len(ordered) * share)
    truth = {row["Lead Number"]: int(row["Converted"]) for row in ordered[cut:]}
    withheld = [{**row, "Converted": ""} for row in ordered[cut:]]
    return (
        write(folder / f"{name}-closed.csv", ordered[:cut]),
        write(folder / f"{name}-open.csv", withheld),
        truth,
    )


def ranking_quality(product: Product, truth: dict[str, int]) -> float:
    """ROC-AUC of the stored chances against the withheld outcomes; every lead has a score."""
    rows = product.installation.rows(
        "SELECT l.external_id, s.probability FROM crm_leadscore s "
        "JOIN crm_lead l ON l.id = s.lead_id"
    )
    chances = {number: chance for number, chance in rows if number in truth}
    assert chances.keys() == truth.keys()
    return float(roc_auc_score([truth[n] for n in chances], list(chances.values())))
