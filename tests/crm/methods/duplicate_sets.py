"""Seeded people and companies with known duplicates and with pairs that only look like some."""

import random
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from itertools import combinations
from typing import Any

from pypinyin import lazy_pinyin

from crm.methods.duplicates.records import Firm, Person

Pair = tuple[int, int]


def listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


@dataclass(frozen=True)
class Lists:
    """Names to draw from."""

    given: tuple[str, ...]
    surnames: tuple[str, ...]
    han_given: tuple[str, ...]
    han_surnames: tuple[str, ...]
    firms: tuple[str, ...]
    han_firms: tuple[str, ...]


TUNING = Lists(
    given=listed(
        "Anna Peter Hans Jürgen Björn Zoë José María Lucía Andrés Iñigo Chloé François Élodie Benoît "
        "Giulia Marco Niccolò Agnieszka Łukasz Paweł Małgorzata John Mary James Patricia Robert Linda "
        "Michael Susan David Karen Søren Åse Mette Jan-Willem Sanne Katarína Tomáš Zsófia István Ayşe "
        "Mehmet João Inês Olga Dmitri Fatima Omar Priya Rahul Hannah Lukas Felix Sophie"
    ),
    surnames=listed(
        "Müller Schmidt Schneider Fischer Weber Großmann Jäger Köhler García Rodríguez Núñez Peña Ibáñez "
        "Dubois Lefèvre Moreau Gauthier Rossi Ferrari Esposito Kowalski Wiśniewski Wójcik Zieliński Smith "
        "Johnson Williams Brown Jones Miller Davis Anderson Taylor O'Brien McDonald Sørensen Håkansson "
        "Jørgensen Novák Dvořák Horváth Szabó Yılmaz Demir Silva Santos Ivanov Petrov Hassan Khan Sharma "
        "Patel Bakker Vermeulen Thompson Harrison Lindqvist Bergström Castellano Montgomery"
    ),
    han_given=listed(
        "伟 芳 娜 敏 静 磊 强 洋 艳 杰 小明 建国 晓东 志强 丽华 秀英 文博 子涵 雨桐 浩然 思远 佳怡 俊杰 "
        "海燕 春梅 国栋 明哲 雪莹 天宇 梓萱 永康 玉兰 家豪 欣怡 宇航 诗涵"
    ),
    han_surnames=listed(
        "王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 林 罗 高 单 曾 欧阳 司马 解 任"
    ),
    firms=listed(
        "Nordwind Helios Quantum Bluebird Cascade Evergreen Falcon Granite Horizon Ironwood Juniper "
        "Keystone Lumen Meridian Nimbus Orchid Pinnacle Redwood Sapphire Tundra Umbra Vertex Willow "
        "Zephyr Atlas Borealis Corvus Dynamo Eclipse Forge"
    ),
    han_firms=listed("星辰 远航 华信 长风 明德 金桥 恒泰 博雅 云帆 同创 天成 海纳 中联 东升"),
)

LOCALES = ("de_DE", "fr_FR", "es_ES", "it_IT", "pl_PL", "sv_SE", "en_US", "nl_NL", "pt_PT")


@cache
def held_out() -> Lists:
    """Other lists, of Faker: nothing was tuned to them."""
    providers = [import_module(f"faker.providers.person.{it}").Provider for it in LOCALES]
    chinese = import_module("faker.providers.person.zh_CN").Provider
    return Lists(
        given=_drawn(name for it in providers for name in list(it.first_names)[::9]),
        surnames=_drawn(name for it in providers for name in list(it.last_names)[::6]),
        han_given=_drawn(chinese.first_names),
        han_surnames=_drawn(chinese.last_names),
        firms=_drawn(name for it in providers for name in list(it.last_names)[3::17]),
        han_firms=listed("润达 卓越 鼎新 嘉禾 启明 瑞丰 宏图 盛世 百川 锦绣 永信 德胜"),
    )


def _drawn(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


TRADES = listed(
    "Systems Logistics Software Consulting Foods Medical Energy Partners Analytics Media"
)
HAN_TRADES = listed("科技 贸易 物流 医疗 能源 咨询 传媒 食品")
FORMS = ("GmbH", "AG", "Inc.", "Ltd", "LLC", "S.A.", "S.p.A.", "B.V.", "AB", "Co., Ltd.", "SAS")
HAN_FORMS = ("有限公司", "股份有限公司", "集团有限公司", "有限责任公司")
CITIES = listed(
    "Berlin Paris Madrid Milano Kraków Stockholm London Austin Chicago Lisboa Utrecht Wien"
)
HAN_CITIES = listed("北京 上海 深圳 杭州 成都 广州 武汉")
TITLES = (
    "CEO", "Sales Manager", "Head of Purchasing", "Software Engineer", "Account Executive", "CFO",
    "Marketing Director", "Buyer", "Project Manager", "Consultant", "Operations Manager", "CTO",
)  # fmt: skip
MAIL = ("gmail.com", "outlook.com", "gmx.de", "yahoo.com", "163.com", "qq.com", "icloud.com")


def ascii_of(text: str) -> str:
    """Without accents, as an address or a careless clerk writes it."""
    latin = "".join(lazy_pinyin(text)).translate(str.maketrans("łŁøØ", "lLoO")).replace("ß", "ss")
    return unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode()


@dataclass
class Drawing:
    """A growing set: records, and which entity each one is."""

    lists: Lists
    random: random.Random
    people: list[Person] = field(default_factory=list)
    entity: dict[int, int] = field(default_factory=dict)
    kind: dict[int, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def add(self, person: Person, entity: int | None = None, kind: str = "") -> Person:
        number = len(self.people) + 1
        person = replace(person, id=number, external_id="")
        self.people.append(person)
        self.entity[number] = entity or number
        self.kind[number] = kind
        return person

    def pairs(self) -> set[Pair]:
        members: dict[int, list[int]] = {}
        for number, entity in self.entity.items():
            members.setdefault(entity, []).append(number)
        return {pair for group in members.values() for pair in combinations(sorted(group), 2)}

    def letter_changed(self, word: str) -> str:
        at = self.random.randrange(1, max(2, len(word)))
        letter = self.random.choice("aeinorst")
        return self.random.choice(
            [word[:at] + letter + word[at + 1 :], word[:at] + word[at + 1 :], word[:at] + letter + word[at:],
             word[: at - 1] + word[at : at + 1] + word[at - 1 : at] + word[at + 1 :]]
        )  # fmt: skip

    def number(self) -> str:
        return f"+{self.random.choice([49, 33, 34, 39, 48, 46, 44, 1, 86])} {self.random.randrange(10**8, 10**10)}"

    def firm(self, number: int = 0) -> Firm:
        pick = self.random.choice
        is_han = self.random.random() < 0.3
        stem = pick(self.lists.han_firms if is_han else self.lists.firms)
        if is_han:
            city = pick(HAN_CITIES)
            name = f"{city}{stem}{pick(HAN_TRADES)}{pick(HAN_FORMS)}"
        else:
            city, name = pick(CITIES), f"{stem} {pick(TRADES)} {pick(FORMS)}"
        domain = (
            f"{ascii_of(stem).lower().replace(' ', '')}{number or self.random.randrange(10**6)}.com"
        )
        return Firm(number, name, domain, f"https://www.{domain}/", self.number(), city)

    def free_address(self, local: str, domain: str) -> str:
        address, turn = f"{local}@{domain}", 2
        while address in self.taken:
            address, turn = f"{local}{turn}@{domain}", turn + 1
        self.taken.add(address)
        return address

    def free_name(self, local: str) -> str:
        """A name on the net that nobody else has."""
        name = f"{local}{self.random.randrange(10, 10**4)}"
        while name in self.taken:
            name = f"{name}{self.random.randrange(10)}"
        self.taken.add(name)
        return name

    def person(self, firm: Firm) -> Person:
        pick, chance = self.random.choice, self.random.random
        if firm.name[0] >= "\u4e00":
            name = surname_given = pick(self.lists.han_surnames) + pick(self.lists.han_given)
            local = ascii_of(surname_given).lower()
        else:
            given, surname = pick(self.lists.given), pick(self.lists.surnames)
            name = f"{given} {surname}"
            local = (
                f"{ascii_of(given)}.{ascii_of(surname)}".lower().replace(" ", "").replace("'", "")
            )
        address = self.free_address(local, firm.domain)
        own = self.free_name(local.replace(".", ""))
        return Person(
            id=0,
            name=name,
            email=address if chance() < 0.85 else "",
            phone=self.number() if chance() < 0.75 else "",
            other_emails=(f"{own}@{pick(MAIL)}",) if chance() < 0.3 else (),
            company_name=firm.name if chance() < 0.9 else "",
            job_title=pick(TITLES) if chance() < 0.7 else "",
            city=firm.city if chance() < 0.7 else "",
            linkedin_url=f"https://www.linkedin.com/in/{own}" if chance() < 0.4 else "",
        )


Change = Callable[[Drawing, Person], Person | None]


def typo(drawing: Drawing, person: Person) -> Person | None:
    given, _, surname = person.name.partition(" ")
    if len(surname) < 5:
        return None
    return replace(person, name=f"{given} {drawing.letter_changed(surname)}")


def swapped(drawing: Drawing, person: Person) -> Person | None:
    given, space, surname = person.name.partition(" ")
    comma = drawing.random.choice([",", ""])
    return replace(person, name=f"{surname}{comma} {given}") if space else None


def romanised(drawing: Drawing, person: Person) -> Person | None:
    if person.name[0] < "\u4e00":
        return None
    length = 2 if person.name[:2] in {"欧阳", "司马"} else 1
    proper = {"单": "Shan", "曾": "Zeng", "解": "Xie", "任": "Ren"}
    surname = proper.get(person.name[0], ascii_of(person.name[:length]).title())
    given = ascii_of(person.name[length:]).title()
    name = drawing.random.choice([f"{surname} {given}", f"{given} {surname}"])
    return replace(person, name=name)


def moved(drawing: Drawing, person: Person) -> Person | None:
    if not (person.phone or person.other_emails or person.linkedin_url):
        return None
    firm = drawing.firm()
    local = person.email.split("@")[0] or "office.manager"
    return replace(
        person, email=f"{local}@{firm.domain}", company_name=firm.name, city=firm.city,
        job_title=drawing.random.choice(TITLES),
    )  # fmt: skip


def other_email(drawing: Drawing, person: Person) -> Person | None:
    if not person.phone or not person.email:
        return None
    local = ascii_of(person.name).lower().replace(" ", "").replace("'", "")
    address = drawing.free_address(local, drawing.random.choice(MAIL))
    return replace(person, email=address, other_emails=())


def fields_missing(drawing: Drawing, person: Person) -> Person | None:
    left_out = drawing.random.sample(
        ["company_name", "job_title", "city", "linkedin_url", "phone", "email"], 3
    )
    nothing: dict[str, Any] = dict.fromkeys(left_out, "")
    poorer = replace(person, **nothing)
    told = poorer.email or poorer.phone or poorer.linkedin_url
    return poorer if told else None


def phone_formatted(drawing: Drawing, person: Person) -> Person | None:
    if not person.phone:
        return None
    country, digits = person.phone.split(" ")
    forms = [f"0{digits}", f"00{country[1:]}{digits}", f"({digits[:3]}) {digits[3:6]}-{digits[6:]}",
             f"{country} (0) {digits[:2]} {digits[2:]} ext. 7"]  # fmt: skip
    return replace(person, phone=drawing.random.choice(forms))


def accents_lost(_: Drawing, person: Person) -> Person | None:
    plain = " ".join(ascii_of(word) for word in person.name.split(" "))
    return (
        None if plain == person.name or person.name[0] >= "\u4e00" else replace(person, name=plain)
    )


def legal_form_lost(_: Drawing, person: Person) -> Person | None:
    return (
        replace(person, company_name=form_lost(person.company_name))
        if person.company_name
        else None
    )


def initial_only(_: Drawing, person: Person) -> Person | None:
    given, space, surname = person.name.partition(" ")
    return replace(person, name=f"{given[0]}. {surname}") if space else None


CHANGES: tuple[Change, ...] = (
    typo, swapped, romanised, moved, other_email, fields_missing, phone_formatted, accents_lost,
    legal_form_lost, initial_only,
)  # fmt: skip


def form_lost(name: str) -> str:
    for form in sorted((*FORMS, *HAN_FORMS), key=len, reverse=True):
        name = name.removesuffix(form).strip()
    return name


def namesake(drawing: Drawing, person: Person, firm: Firm) -> Person:
    """The same name at another firm: also father and son."""
    return replace(drawing.person(firm), name=person.name, city=person.city)


def relative(drawing: Drawing, person: Person, firm: Firm) -> Person:
    """Another given name; the address, number and home of the family."""
    other = drawing.person(firm)
    if " " in person.name and " " in other.name:
        name = f"{other.name.split(' ')[0]} {person.name.partition(' ')[2]}"
    else:
        name = other.name
    return replace(
        other, name=name, phone=person.phone, email=person.email, city=person.city, linkedin_url=""
    )


def one_mailbox(drawing: Drawing, person: Person, firm: Firm) -> Person:
    """A colleague behind the same address and switchboard."""
    other = drawing.person(firm)
    return replace(
        other, company_name=person.company_name, email=person.email, phone=person.phone,
        city=person.city, job_title=person.job_title,
    )  # fmt: skip


def similar_colleague(drawing: Drawing, person: Person, firm: Firm) -> Person:
    """One letter off, at the same firm, with an address of their own; perhaps one switchboard."""
    given, space, surname = person.name.partition(" ")
    name = f"{given} {drawing.letter_changed(surname)}" if space else drawing.person(firm).name
    local = ascii_of(name).lower().replace(" ", ".")
    domain = person.email.split("@")[-1] or firm.domain
    other = drawing.person(firm)
    if drawing.random.random() < 0.5:
        other = replace(other, phone=person.phone)
    address = drawing.free_address(f"{local}2", domain)
    return replace(other, name=name, email=address, company_name=person.company_name)


LOOKALIKES = (namesake, relative, one_mailbox, similar_colleague)


def people_set(lists: Lists, seed: int, size: int = 5_000) -> Drawing:
    """About `size` people: three in ten have a duplicate, one in ten a lookalike."""
    drawing = Drawing(lists, random.Random(seed))
    firms = [drawing.firm(number) for number in range(1, max(3, size // 8))]
    while len(drawing.people) < size:
        firm = drawing.random.choice(firms)
        person = drawing.person(firm)
        if drawing.random.random() < 0.1:
            _add_lookalike(drawing, person, firm, drawing.random.choice(firms))
            continue
        person = drawing.add(person)
        if drawing.random.random() < 0.3:
            _add_duplicate(drawing, person)
    return drawing


def _add_duplicate(drawing: Drawing, person: Person) -> None:
    changes = drawing.random.sample(CHANGES, len(CHANGES))
    wanted = 2 if drawing.random.random() < 0.25 else 1
    copy = person
    done: list[str] = []
    for change in changes:
        changed = change(drawing, copy)
        if changed and changed != copy and still_told(person, changed):
            copy, done = changed, [*done, change.__name__]
        if len(done) == wanted:
            break
    drawing.add(copy, person.id, "+".join(done))


def still_told(person: Person, copy: Person) -> bool:
    """Whether anything beside the name tells that they are the same."""
    return bool(
        {person.email, *person.other_emails} & {copy.email, *copy.other_emails} - {""}
        or (person.phone and copy.phone)
        or (person.linkedin_url and copy.linkedin_url)
        or (person.company_name and form_lost(person.company_name) == form_lost(copy.company_name))
    )


def _add_lookalike(drawing: Drawing, person: Person, firm: Firm, elsewhere: Firm) -> None:
    make = drawing.random.choice(LOOKALIKES)
    if make is one_mailbox:
        box = drawing.random.choice(["info", "office", "empfang"])
        person = replace(person, email=f"{box}@{firm.domain}", phone=firm.phone)
    other = make(drawing, person, elsewhere if make in {namesake, relative} else firm)
    if other.name != person.name or make is namesake:
        drawing.add(person)
        drawing.add(other, kind=make.__name__)


@dataclass
class FirmSet:
    """Companies and which pairs of them are the same."""

    firms: list[Firm]
    pairs: set[Pair]


def firm_set(lists: Lists, seed: int, size: int = 1_000) -> FirmSet:
    """Companies: some twice (form, domain or a letter lost), some with a namesake or a daughter."""
    drawing = Drawing(lists, random.Random(seed))
    drawn = FirmSet([], set())
    while len(drawn.firms) < size:
        firm = drawing.firm(len(drawn.firms) + 1)
        drawn.firms.append(firm)
        chance = drawing.random.random()
        if chance < 0.3:
            drawn.firms.append(replace(_same_firm(drawing, firm), id=firm.id + 1))
            drawn.pairs.add((firm.id, firm.id + 1))
        elif chance < 0.4:
            other = drawing.firm(firm.id + 1)
            drawn.firms.append(
                replace(
                    other, name=drawing.random.choice([firm.name, f"{form_lost(firm.name)} Nord"])
                )
            )
    return drawn


def _same_firm(drawing: Drawing, firm: Firm) -> Firm:
    return drawing.random.choice(
        [
            replace(firm, name=form_lost(firm.name), domain="", website=""),
            replace(firm, name=form_lost(firm.name), phone="", domain=""),
            replace(firm, name=form_lost(firm.name).upper(), city=""),
            replace(firm, name=drawing.letter_changed(firm.name), phone="", website=""),
            replace(firm, domain="", website="", phone=firm.phone.replace(" ", "-")),
        ]
    )
