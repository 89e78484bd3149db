"""Files as nobody would write them, and as many do: made from a seed, so that each can be made again."""

import csv
import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "gb18030", "cp1252")
DELIMITERS = ",;\t|^~"
HEADERS = {
    "crm.contact": (
        ("Name", "E-mail", "Phone", "Company", "Job title", "Birthday", "Tags", "Reports to"),
        ("Vorname", "Nachname", "E-Mail-Adresse", "Telefon", "Firma", "PLZ", "Ort", "Geburtstag"),
        ("姓名", "邮箱", "手机", "公司", "职位", "城市", "备注"),
        ("Record ID", "First Name", "Last Name", "Email", "Associated Company IDs", "Create Date"),
        ("First Name", "Last Name", "URL", "Email Address", "Company", "Position", "Connected On"),
        (
            "Person - Name",
            "Person - Email - Work",
            "Person - Email - Home",
            "Person - Phone - Work",
        ),
    ),
    "crm.company": (
        ("Name", "Website", "Industry", "Employees", "Annual revenue", "Part of", "Country"),
        ("Firma", "Webseite", "Branche", "Mitarbeiter", "Umsatz", "Muttergesellschaft"),
        ("Id", "IsDeleted", "Name", "ParentId", "BillingCity", "AnnualRevenue"),
    ),
    "crm.deal": (
        ("Deal", "Company", "Contact", "Stage", "Value", "Close Date", "Product", "Status"),
        ("opportunity_id", "product", "account", "deal_stage", "engage_date", "close_value"),
        ("商机名称", "客户", "阶段", "金额", "预计成交日期"),
    ),
    "crm.lead": (
        ("Lead Number", "Name", "E-mail", "Company", "Status", "Converted", "Budget", "Created"),
        ("姓名", "电子邮件", "公司名称", "线索来源", "状态"),
    ),
    "crm.product": (("Product", "Product code", "Price", "Category", "Active"),),
    "crm.activity": (("Subject", "Type", "Date", "Contact", "Duration", "Notes"),),
    "crm.group": (("Name", "Type", "Website"),),
    "crm.event": (("Name", "Type", "Begins", "Ends", "Place", "Cost"),),
    "crm.interaction": (("E-mail", "Date", "Event", "Order ID", "Amount", "Page"),),
}
CELLS = (
    "", " ", "Ada", "Ada Lovelace", "林兆阳", "Müller", "O'Brien, Jr.", "👩‍💻", "עברית", "ａｄａ",
    "ada@example.org", "ADA@Example.org", "Ada <ada@example.org>; b@example.org", "nobody", "@", "a@b",
    "+49 30 1234567", "030/1234567", "138 1234 5678", "call me", "01067", "'=1+1", "=1+1", "-3", "@x",
    "1,234", "1.234,50", "1 234,50", "1'234.5", "12,34,567", "3.5万", "(12)", "12 %", "€ 5", "$5 CAD",
    "9" * 40, "1e400", "NaN", "0", "1", "-0", "2026-01-02", "03/04/2026", "31.12.1999", "31.02.2026",
    "2026年1月2日", "45631", "1795305600", "0001-01-01", "9999-12-31", "2026-01-02T03:04:05+08:00",
    "Select", "N/A", "-", "无", "null", "None", "yes", "no", "是", "否", "won", "lost", "Proposal", "open",
    "customer", "Marketing Qualified Lead", "https://www.example.org/a?b=c", "www.example.org", "ftp://x",
    "https://www.linkedin.com/in/ada", "a;b;c", "a, b", "line\nbreak", "two\r\nlines", 'quote "it"',
    "tab\there", "x" * 300, "y" * 60_000, "\u202etxet", "zero\u200bwidth", "\ufeffmark", "７", "Ⅷ", "½",
)  # fmt: skip


@dataclass(frozen=True)
class OddFile:
    """A file and what its rows are said to be; the seed makes it again."""

    seed: int
    name: str
    content: bytes
    object_type: str


def odd_file(seed: int, samples: Sequence[Path] = ()) -> OddFile:
    chance = random.Random(seed)  # no secret
    if samples and chance.random() < 0.4:
        path = chance.choice(samples)
        return OddFile(seed, path.name, _mutated(path.read_bytes(), chance), "")
    kind = chance.choice(list(HEADERS))
    content = _written(kind, chance)
    if chance.random() < 0.2:
        content = _mutated(content, chance)
    return OddFile(seed, f"{chance.choice(['x', 'deals', 'people'])}.csv", content, kind)


def _written(kind: str, chance: random.Random) -> bytes:
    header = list(chance.choice(HEADERS[kind]))
    if chance.random() < 0.3:
        header += chance.sample(["Odd", "Name", "", "E-mail", "Odd", "=1+1", "列"], 3)
    chance.shuffle(header)
    rows = [_row(len(header), chance) for _number in range(chance.randrange(1, 30))]
    if chance.random() < 0.5:
        rows += chance.choices(rows, k=3)
    if chance.random() < 0.2:
        header, rows = ["Report"], [[], header, *rows, [], ["Grand Totals (3 records)"]]
    out = io.StringIO()
    writer = csv.writer(
        out,
        delimiter=chance.choice(DELIMITERS),
        lineterminator=chance.choice(["\n", "\r\n"]),
        quoting=chance.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    )
    writer.writerows([header, *rows])
    return out.getvalue().encode(chance.choice(ENCODINGS), "replace")


def _row(width: int, chance: random.Random) -> list[str]:
    """Mostly as wide as the header."""
    cells = [chance.choice(CELLS) for _place in range(width)]
    odd = chance.random()
    if odd < 0.05:
        return cells[: chance.randrange(width)]
    return [*cells, chance.choice(CELLS)] if odd < 0.1 else cells


def _mutated(content: bytes, chance: random.Random) -> bytes:
    for _time in range(chance.randrange(1, 5)):
        content = chance.choice(MUTATIONS)(content, chance)
    return content


def _flip(content: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(max(len(content), 1))
    return content[:place] + bytes([chance.randrange(256)]) + content[place + 1 :]


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(max(len(content), 1))]


def _insert(content: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(max(len(content), 1))
    odd = chance.choice([b'"', b"\n", b"\r", b",", b";", b"\0", b"\xff", b"\xef\xbb\xbf", b"'"])
    return content[:place] + odd + content[place:]


def _swap(content: bytes, chance: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    chance.shuffle(lines)
    return b"".join(lines)


def _double(content: bytes, chance: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    return content + b"".join(chance.choices(lines, k=5)) if lines else content


MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flip,
    _cut,
    _insert,
    _swap,
    _double,
)
