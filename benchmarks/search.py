"""How long a search takes: words, Chinese, pinyin, slips, telephone and e-mail fragments.

    python -m benchmarks.search [contacts] [leads] [companies] [deals]

makes bilingual records (seeded) in a scratch database, indexes them and asks.
"""

import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from benchmarks.database import scratch_database

if TYPE_CHECKING:
    from django.db.models import Model

    from core.models import User

MOMENT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ROUNDS = 60
LIMIT = 8
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚"
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉玲红建国华志宇晨轩浩然子涵梓萱雨泽思远嘉怡欣妍博俊晓东海波鹏飞雪梅春燕冬云龙凤翔天佑安琪诗语乐瑶可心"
PLACES = "北京上海广州深圳杭州苏州南京成都武汉西安重庆天津青岛大连宁波厦门长沙郑州无锡合肥"
TRADES = "精工科技智能装备电子材料医疗器械生物新能源自动化光电仪器软件网络物流化工机械"
TONES = "明德恒信华盛瑞丰中科联合东方宏远金石天润博雅正泰安达汇通启航卓越"
STARTS = "ab be car da el fer gar hol in jan kes lor mar nor ol pe quin ros sal tor ul ver wil xan yor zel"
MIDDLES = "an be cor da en for gi ho il ja ka lin mo ni or pe ra so ta un va we zi"
ENDS = "son berg man ez ini sky er dorf ton ley ard ova ic sen trel by ham ner"
FIRST = "Ada Ben Clara David Elena Felix Greta Hugo Irene Jonas Karin Lukas Maya Nora Oscar Paula Ravi Sofia Tomas Ursula Viktor Wendy Xenia Yuki Zoe Amara Bruno Chloe Diego Emma"
WORKS = "Robotics Packaging Optics Logistics Medical Foods Chemicals Tools Energy Software Systems Textiles"


def latin_name(chance: random.Random) -> str:
    parts = [chance.choice(text.split()) for text in (STARTS, MIDDLES, ENDS)]
    return "".join(parts).capitalize()


def chinese_name(chance: random.Random) -> str:
    return chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.choice((1, 2, 2))))


def company_name(chance: random.Random) -> str:
    if chance.random() < 0.5:
        return f"{latin_name(chance)} {latin_name(chance)} {chance.choice(WORKS.split())}"
    place, trade, tone = (
        text[2 * chance.randrange(len(text) // 2) :][:2] for text in (PLACES, TRADES, TONES)
    )
    return f"{place}{tone}{chance.choice(GIVEN)}{trade}有限公司"


def person(chance: random.Random, number: int) -> tuple[str, str, str]:
    """Name, e-mail and telephone."""
    if chance.random() < 0.5:
        first, last = chance.choice(FIRST.split()), latin_name(chance)
        email = f"{first}.{last}{number}@{latin_name(chance)}.example".lower()
        return f"{first} {last}", email, f"+49 {chance.randrange(30, 999)} {number:08d}"
    tail = chance.randrange(10**8)
    phone = f"+86 13{chance.randrange(10)} {tail // 10**4:04d} {tail % 10**4:04d}"
    return chinese_name(chance), f"user{number}@mail.example", phone


def make_records(
    contacts: int, leads: int, companies: int, deals: int, users: "Sequence[User]"
) -> None:
    from crm.models import Company, Contact, Deal, Lead

    maker = Maker(contacts, companies, users)
    store(Company, map(maker.company, range(1, companies + 1)))
    store(Contact, map(maker.contact, range(1, contacts + 1)))
    store(Lead, map(maker.lead, range(1, leads + 1)))
    store(Deal, map(maker.deal, range(1, deals + 1)))


class Maker:
    """Records by their number, the same in each run."""

    def __init__(self, contacts: int, companies: int, users: "Sequence[User]") -> None:
        from crm.models import Pipeline, Stage

        self.contacts, self.companies, self.users = contacts, companies, users
        self.chance = random.Random(7)
        self.stage = Stage.objects.create(
            pipeline=Pipeline.objects.create(name="Benchmark"), name="Talk"
        )

    def owned(self) -> dict[str, Any]:
        user = self.chance.choice(self.users)
        moment = MOMENT - timedelta(minutes=self.chance.randrange(10**6))
        return {
            "owner_id": user.pk,
            "team_id": user.team_id,
            "created_at": moment,
            "updated_at": moment,
        }

    def company_id(self) -> int:
        return self.chance.randrange(self.companies) + 1

    def company(self, pk: int) -> "Model":
        from crm.models import Company

        company = Company(pk=pk, name=company_name(self.chance), **self.owned())
        company.normalise()
        return company

    def contact(self, pk: int) -> "Model":
        from crm.models import Contact

        name, email, phone = person(self.chance, pk)
        said = {"name": name, "email": email, "phone": phone}
        contact = Contact(pk=pk, company_id=self.company_id(), **said, **self.owned())
        contact.normalise()
        return contact

    def lead(self, pk: int) -> "Model":
        from crm.models import Lead

        contact_id = self.chance.randrange(self.contacts) + 1
        links = {"contact_id": contact_id, "company_id": self.company_id()}
        return Lead(pk=pk, external_id=f"L-{pk:07d}", **links, **self.owned())

    def deal(self, pk: int) -> "Model":
        from crm.models import Deal

        name = f"{self.chance.choice(WORKS.split())} {latin_name(self.chance)} {pk}"
        links = {"pipeline_id": self.stage.pipeline_id, "stage_id": self.stage.pk}
        deal = Deal(pk=pk, name=name, company_id=self.company_id(), **links, **self.owned())
        deal.normalise()
        return deal


def store(model: "type[Model]", records: "Iterator[Model]") -> None:
    from core.upsert import upsert

    fields = model._meta.concrete_fields
    upsert(
        model,
        ([field.value_from_object(record) for field in fields] for record in records),
        fields=[field.name for field in fields],
        key=("id",),
    )


def index_all() -> int:
    from core.search.entries import searched_types
    from core.services.search import index_records

    written = 0
    for kind in searched_types():
        pks = list(kind.model._base_manager.order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(pks), 500):
            written += index_records(kind.key, pks[start : start + 500], with_dependents=False)
    return written


def slip(word: str, chance: random.Random) -> str:
    place = chance.randrange(1, len(word) - 1)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def questions(contacts: int) -> dict[str, list[str]]:
    """What people type, made of records that are there."""
    from core.search.pinyin import syllables
    from crm.models import Company, Contact

    chance = random.Random(11)
    pks = chance.sample(range(1, contacts + 1), min(contacts, ROUNDS * 6))
    people = list(Contact._base_manager.filter(pk__in=pks))
    latin = [it for it in people if it.name.isascii()][:ROUNDS]
    chinese = [it for it in people if not it.name.isascii()][:ROUNDS]
    firms = [it.name for it in Company._base_manager.order_by("pk")[: ROUNDS * 4]]
    read = ["".join(syllables(it.name)[0]) for it in chinese]
    return {
        "Latin name": [it.name for it in latin],
        "Latin, first letters": [it.name.split()[1][:4] for it in latin],
        "Latin, two letters": [it.name.split()[1][:2] for it in latin],
        "Latin, a slip": [slip(it.name.split()[1].lower(), chance) for it in latin],
        "word of a company": [name.split()[0] for name in firms if name.isascii()][:ROUNDS],
        "Chinese name": [it.name for it in chinese],
        "Chinese surname": [it.name[0] for it in chinese],
        "two characters of a company": [n[2:4] for n in firms if not n.isascii()][:ROUNDS],
        "pinyin": read,
        "pinyin, apart": [" ".join(syllables(it.name)[0]) for it in chinese],
        "pinyin, initials": ["".join(s[0] for s in syllables(it.name)[0]) for it in chinese],
        "pinyin, first letters": [text[:4] for text in read],
        "telephone, last 6 digits": [it.phone.replace(" ", "")[-6:] for it in people[:ROUNDS]],
        "telephone, 4 digits": [it.phone.replace(" ", "")[-8:-4] for it in people[:ROUNDS]],
        "e-mail, first letters": [it.email[:9] for it in people[:ROUNDS]],
        "e-mail, around the @": [it.email.split(".", 1)[-1][:-8] for it in latin],
        "nothing": ["qwertzuiop" + str(number) for number in range(ROUNDS)],
    }


def timed(what: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    found = what()
    return (time.perf_counter() - started) * 1000, found


def queries_of(what: Callable[[], Any]) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        what()
    number = len(captured)
    connection.queries_log.clear()
    return number


def measure(name: str, asked: dict[str, list[str]], answer: Callable[[str], Any]) -> None:
    print(f"\n{name}\n")
    print("| question | e.g. | median ms | p95 ms | queries | found |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    for kind, texts in asked.items():
        rounds = [timed(lambda text=text: answer(text)) for text in texts]
        times, found = zip(*rounds, strict=True)
        queries = queries_of(lambda texts=texts: answer(texts[0]))
        high = quantiles(times, n=20)[-1]
        print(
            f"| {kind} | {texts[0]} | {median(times):.1f} | {high:.1f} | {queries} "
            f"| {sum(map(bool, found))} of {len(texts)} |",
            flush=True,
        )


def make_users() -> "Sequence[User]":
    from core.models import Role, Team, User

    team = Team.objects.create(name="North")
    users = [
        User.objects.create_user(email=f"u{number}@bench.example", name="U", team=team)
        for number in range(20)
    ]
    users[0].roles.add(Role.objects.get(key="administrator"))
    users[1].roles.add(Role.objects.get(key="sales"))
    return users


def ask_all(contacts: int, users: "Sequence[User]") -> None:
    from core.lists.keyset import fetch_page
    from core.models import User
    from core.queries.search import find_records, search_condition
    from core.registries import record_types
    from crm.models import Contact
    from crm.tables import BY_NAME

    asked = questions(contacts)

    def page(text: str) -> Any:
        user = User.objects.get(pk=users[0].pk)
        condition = search_condition(text, record_types["crm.contact"], user)
        rows = Contact.objects.visible_to(user).for_list().filter(condition)
        return fetch_page(rows, sort=BY_NAME, descending=False, size=50, token="").rows

    for name, user in (("The palette, all records", users[0]), ("The palette, own", users[1])):
        measure(
            name,
            asked,
            lambda text, user=user: find_records(text, User.objects.get(pk=user.pk), limit=LIMIT),
        )
    measure("A list of contacts by name, first page", asked, page)


def main() -> None:
    given = [int(number) for number in sys.argv[1:]]
    counts = [*given, *(1_000_000, 200_000, 50_000, 100_000)[len(given) :]]
    with scratch_database() as vendor:
        users = make_users()
        make_records(*counts, users)
        started = time.perf_counter()
        written = index_all()
        seconds = time.perf_counter() - started
        print(
            f"{vendor}: {written:,} entries in {seconds:.0f} s ({written / seconds:,.0f} a second)"
        )
        ask_all(counts[0], users)


if __name__ == "__main__":
    main()
