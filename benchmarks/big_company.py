"""A large company's data, made up and the same each time: people, leads, deals, what they did."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from benchmarks.big_names import (
    CITIES,
    INDUSTRIES,
    SEGMENTS,
    SOURCES,
    TITLES,
    TRADES,
    company_name,
    person_name,
)

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Size:
    """How many rows of each kind."""

    contacts: int
    leads: int
    deals: int
    interactions: int
    activities: int
    companies: int
    users: int = 100

    @classmethod
    def of(cls, contacts: int) -> "Size":
        """The proportions of the issue: to a million people 200,000 leads, 100,000 deals …"""
        return cls(
            contacts, contacts // 5, contacts // 10, contacts * 5, contacts // 2, contacts // 10
        )


def moment(chance: Random, days: float) -> datetime:
    return NOW - timedelta(days=chance.random() * days)


class Maker:
    """Makes all rows in the order of their links; numbers begin at 1."""

    def __init__(self, size: Size, say: Callable[[str], None]) -> None:
        self.size = size
        self.say = say
        self.chance = Random(20261126)
        self.answers = Random(20261127)
        self.ways: list[tuple[int, int, datetime, datetime]] = []

    def make(self) -> None:
        from benchmarks.bulk_load import load
        from crm import models

        self._people()
        self._pipeline()
        for model, rows in (
            (models.Company, self._companies()),
            (models.Contact, self._contacts()),
            (models.Lead, self._leads()),
            (models.LeadScore, self._scores()),
            (models.Deal, self._deals()),
            (models.StageChange, self._stage_changes()),
            (models.Activity, self._activities()),
            (models.Interaction, self._interactions()),
        ):
            started = time.perf_counter()
            count = load(model, rows)
            self.say(f"{count:,} {model._meta.verbose_name_plural}: {_seconds(started)}")
        self._settle()

    def _people(self) -> None:
        from core.models import CustomField, ModelVersion, Role, Team, User

        teams = [Team.objects.create(name=f"Team {number}") for number in range(10)]
        self.users = [
            User.objects.create(
                email=f"user{number}@example.com",
                name=f"User {number}",
                team=teams[number % 10],
                password="!",
                hides_start=True,
            )
            for number in range(self.size.users)
        ]
        sales, manager = (Role.objects.get(key=key) for key in ("sales", "manager"))
        for number, user in enumerate(self.users):
            user.roles.add(manager if number < 10 else sales)
        segments = [{"key": segment, "label": segment} for segment in SEGMENTS]
        for kind in ("crm.contact", "crm.company"):
            CustomField.objects.create(
                object_type=kind, key="segment", label="Segment", type="choice", options=segments
            )
        CustomField.objects.create(
            object_type="crm.contact", key="lines", label="Production lines", type="number"
        )
        self.version = ModelVersion.objects.create(
            kind="analytics.lead_score", number=1, algorithm="none", state="champion"
        )

    def _pipeline(self) -> None:
        from crm.models import Pipeline, Stage

        pipeline, _made = Pipeline.objects.get_or_create(name="New business")
        if not pipeline.stages.exists():
            for place, (name, kind, chance) in enumerate(
                (
                    ("Qualified", "open", 10),
                    ("Discovery", "open", 25),
                    ("Proposal", "open", 50),
                    ("Negotiation", "open", 75),
                    ("Won", "won", 100),
                    ("Lost", "lost", 0),
                )
            ):
                Stage.objects.create(
                    pipeline=pipeline, name=name, kind=kind, probability=chance, position=place
                )
        self.pipeline, self.stages = pipeline, list(pipeline.stages.order_by("position"))

    def _owner(self) -> dict[str, Any]:
        user = self.users[int(self.chance.random() ** 2 * len(self.users))]
        return {"owner": user.pk, "team": user.team_id}

    def _companies(self) -> Iterator[dict[str, Any]]:
        from core.text import comparable

        for number in range(1, self.size.companies + 1):
            name = company_name(self.chance, number)
            yield {
                "id": number,
                "name": name,
                "name_key": comparable(name),
                "industry": self.chance.choice(INDUSTRIES),
                "city": self.chance.choice(CITIES),
                "employees": int(10 ** (1 + self.chance.random() * 3)),
                "domain": f"firm{number}.example.com",
                "created_at": moment(self.chance, 1500),
                "custom": {"segment": self.chance.choice(SEGMENTS)},
                **self._owner(),
            }

    def _contacts(self) -> Iterator[dict[str, Any]]:
        from core.text import comparable

        for number in range(1, self.size.contacts + 1):
            name = person_name(self.chance)
            email = f"person{number}@firm{number % 977}.example.com"
            yield {
                "id": number,
                "name": name,
                "name_key": comparable(name),
                "email": email,
                "email_key": email,
                "phone": f"+49 30 {number:07d}",
                "job_title": self.chance.choice(TITLES),
                "company": self.chance.randint(1, self.size.companies),
                "city": self.chance.choice(CITIES),
                "source": self.chance.choice(SOURCES),
                "lifecycle_stage": self.chance.choice(("lead", "mql", "sql", "customer")),
                "touched_at": moment(self.chance, 700) if self.chance.random() < 0.6 else None,
                "created_at": moment(self.chance, 1000),
                "custom": {
                    "segment": SEGMENTS[int(self.chance.random() ** 3 * len(SEGMENTS))],
                    "lines": self.chance.randint(1, 40),
                },
                **self._owner(),
            }

    def _leads(self) -> Iterator[dict[str, Any]]:
        statuses = ("new", "working", "qualified", "converted", "unqualified", "lost")
        for number in range(1, self.size.leads + 1):
            contact = self.chance.randint(1, self.size.contacts)
            status = self.chance.choices(statuses, (10, 8, 5, 12, 25, 40))[0]
            lead = {
                "id": number,
                "status": status,
                "contact": contact,
                "company": self.chance.randint(1, self.size.companies),
                "source": self.chance.choice(SOURCES),
                "city": self.chance.choice(CITIES),
                "touched_at": moment(self.chance, 60) if self.chance.random() < 0.7 else None,
                "closed_at": moment(self.chance, 600) if status in statuses[3:] else None,
                "created_at": moment(self.chance, 700),
                **self._owner(),
            }
            yield {**lead, **self._answer(lead)}

    def _answer(self, lead: dict[str, Any]) -> dict[str, Any]:
        """How long a touched lead waited; a new one without a touch waits still."""
        if lead["touched_at"] is not None:
            hours = round(self.answers.random() ** 3 * 60, 2)
            return {"first_touch_at": lead["touched_at"], "response_hours": hours}
        if lead["status"] != "new":
            return {}
        return {"awaits_since": lead["created_at"], "clock": "over"}

    def _scores(self) -> Iterator[dict[str, Any]]:
        reasons = [{"field": "crm.lead.source", "value": "Fair", "points": 12.0}] * 5
        for number in range(1, self.size.leads + 1):
            if number % 10 == 0:
                continue
            chance = self.chance.random() ** 2
            yield {
                "lead": number,
                "version": self.version.pk,
                "as_of": NOW,
                "score": int(chance**0.5 * 100),
                "grade": "DCBA"[min(int(chance * 4), 3)],
                "probability": chance,
                "low": chance * 0.8,
                "high": min(chance * 1.2, 1.0),
                "reasons": reasons,
            }

    def _deals(self) -> Iterator[dict[str, Any]]:
        from core.text import comparable

        for number in range(1, self.size.deals + 1):
            stage = self.chance.choices(self.stages, (8, 6, 5, 3, 30, 48))[0]
            amount = Decimal(int(10 ** (3 + self.chance.random() * 2.5)))
            name = f"{self.chance.choice(TRADES)} line {number}"
            deal = self._deal(number, stage, amount, name, comparable(name))
            last = deal["closed_at"] or deal["stage_entered_at"]
            first = min(deal["created_at"], last)
            self.ways.append((number, self.stages.index(stage), first, last))
            yield deal

    def _deal(
        self, number: int, stage: Any, amount: Decimal, name: str, name_key: str
    ) -> dict[str, Any]:
        return {
            "id": number,
            "name": name,
            "name_key": name_key,
            "company": self.chance.randint(1, self.size.companies),
            "contact": self.chance.randint(1, self.size.contacts),
            "pipeline": self.pipeline.pk,
            "stage": stage.pk,
            "status": stage.kind,
            "amount": amount,
            "base_amount": amount,
            "currency": "EUR",
            "close_on": (NOW + timedelta(days=self.chance.uniform(-400, 120))).date(),
            "stage_entered_at": moment(self.chance, 90),
            "closed_at": None if stage.kind == "open" else moment(self.chance, 600),
            "touched_at": moment(self.chance, 90),
            "created_at": moment(self.chance, 700),
            **self._owner(),
        }

    def _stage_changes(self) -> Iterator[dict[str, Any]]:
        """The way of each deal: stage by stage, those lost from any of them."""
        chance = Random(20261127)
        opened = [place for place, stage in enumerate(self.stages) if stage.kind == "open"]
        for deal, place, first, last in self.ways:
            stage = self.stages[place]
            passed = {"won": len(opened), "lost": chance.randint(1, len(opened))}
            way = [*opened[: passed.get(stage.kind, place)], place]
            before = None
            for step, each in enumerate(way):
                yield {
                    "deal": deal,
                    "from_stage": before,
                    "to_stage": self.stages[each].pk,
                    "at": first + (last - first) * step / max(len(way) - 1, 1),
                }
                before = self.stages[each].pk

    def _activities(self) -> Iterator[dict[str, Any]]:
        for number in range(1, self.size.activities + 1):
            at = moment(self.chance, 700)
            is_open = self.chance.random() < 0.05
            if is_open:
                at = NOW + timedelta(days=self.chance.uniform(-10, 30))
            yield {
                "id": number,
                "kind": self.chance.choice(("call", "meeting", "note", "task", "email")),
                "subject": f"Subject {number}",
                "at": at,
                "done_at": None if is_open else at,
                "contact": self.chance.randint(1, self.size.contacts),
                "lead": self.chance.randint(1, self.size.leads) if number % 3 == 0 else None,
                "deal": self.chance.randint(1, self.size.deals) if number % 4 == 0 else None,
                **self._owner(),
            }

    def _interactions(self) -> Iterator[dict[str, Any]]:
        """Numbered by time; a tenth of the people do half of it."""
        from core.time_ids import first_id

        kinds = ("visit", "open", "click", "submit", "view", "purchase")
        taken: set[int] = set()
        for number in range(self.size.interactions):
            at = moment(self.chance, 730)
            pk = first_id(at) + number % 1_000_003 % (1 << 20)
            if pk in taken:
                continue
            taken.add(pk)
            reach = 10 if self.chance.random() < 0.5 else 1
            yield {
                "id": pk,
                "contact": self.chance.randint(1, self.size.contacts // reach),
                "kind": self.chance.choices(kinds, (50, 25, 10, 3, 10, 2))[0],
                "at": at,
                "key": str(number),
                "subject": "Pricing",
                "url": "https://www.example.com/pricing",
            }

    def _settle(self) -> None:
        """What a database does by itself after a while: statistics, and numbers that go on."""
        from django.core.management.color import no_style
        from django.db import connection

        from crm import models

        self._build_indexes()
        owned = [models.Company, models.Contact, models.Lead, models.Deal, models.Activity]
        started = time.perf_counter()
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), owned):
                cursor.execute(statement)
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
        self.say(f"statistics: {_seconds(started)}")

    def _build_indexes(self) -> None:
        """What jobs of the product do: indexes of custom fields, the index of search."""
        from benchmarks.big_index import index_for_search
        from core.models import CustomField
        from core.services.custom_field_indexes import build_index

        for field in CustomField.objects.all():
            build_index(field)
        started = time.perf_counter()
        count = index_for_search()
        self.say(f"{count:,} records indexed for search: {_seconds(started)}")


def _seconds(started: float) -> str:
    return f"{time.perf_counter() - started:.0f} s"
