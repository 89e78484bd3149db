"""Names and words of which the large company is made up."""

from random import Random

GIVEN = [
    "Hannah",
    "Maya",
    "Tomasz",
    "Sofia",
    "Daniel",
    "Ingrid",
    "Ravi",
    "Claire",
    "Elena",
    "Oliver",
    "Marcus",
    "Amara",
    "Beatriz",
    "Peter",
    "Yuki",
    "Leo",
    "Anna",
    "Jonas",
    "Priya",
    "Lucía",
    "Noah",
    "Emma",
    "Liam",
    "Mia",
    "Paul",
    "Laura",
    "Felix",
    "Nina",
    "Omar",
    "Sara",
]
FAMILY = [
    "Lindqvist",
    "Okafor",
    "Zieliński",
    "Marchetti",
    "Abara",
    "Solheim",
    "Menon",
    "Dubosc",
    "Petrova",
    "Grant",
    "Feld",
    "Diallo",
    "Nunes",
    "Vlček",
    "Tanabe",
    "Brandt",
    "Weber",
    "Raman",
    "Ferrer",
    "Müller",
    "Schmidt",
    "Rossi",
    "Novák",
    "Kowalski",
    "Jensen",
    "Silva",
    "García",
    "Dupont",
    "Ivanov",
    "Haddad",
    "Keller",
    "Nagy",
    "Popescu",
    "Larsen",
    "Moreau",
    "Fischer",
    "Costa",
]
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余"
CHARACTERS = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国文辉力鑫宇浩凯思雨婷"
FIRMS = [
    "Nordhavn",
    "Kestrel",
    "Aurubian",
    "Tessaly",
    "Brightwater",
    "Fjordline",
    "Sundaram",
    "Verrerie",
    "Balkan",
    "Thornbury",
    "Moravia",
    "Sahel",
    "Atlântico",
    "Kitano",
    "Cedar",
    "Hanul",
    "Ostrava",
    "Feldberg",
    "Rhein",
    "Tamesis",
]
TRADES = [
    "Logistics",
    "Robotics",
    "Metals",
    "Foods",
    "Pharma",
    "Seafood",
    "Parts",
    "Glass",
    "Bearings",
    "Packaging",
]
PLACES_ZH = ["上海", "北京", "深圳", "苏州", "杭州", "宁波", "无锡", "青岛", "成都", "武汉"]
TRADES_ZH = ["精密", "联合", "海辰", "明德", "华信", "中科", "天工", "瑞丰", "启元", "恒力"]
INDUSTRIES = [f"Industry {number}" for number in range(40)]
CITIES = [
    "Rotterdam",
    "Hamburg",
    "Lyon",
    "Turin",
    "Gdańsk",
    "Bergen",
    "Porto",
    "Brno",
    "Suzhou",
    "Ningbo",
    "Osaka",
    "Leeds",
]
SEGMENTS = [f"segment {number}" for number in range(50)]
TITLES = [
    "CTO",
    "Plant Manager",
    "Quality Director",
    "Procurement Lead",
    "工厂经理",
    "采购总监",
    "Engineer",
]
SOURCES = ["Web", "Fair", "Referral", "Webinar", "Partner", "KOL"]


def person_name(chance: Random) -> str:
    """Two of three in Latin letters, one Chinese."""
    if chance.random() < 0.33:
        given = "".join(chance.choices(CHARACTERS, k=chance.choice((1, 2, 2))))
        return chance.choice(SURNAMES) + given
    return f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}"


def company_name(chance: Random, number: int) -> str:
    if chance.random() < 0.33:
        return f"{chance.choice(PLACES_ZH)}{chance.choice(TRADES_ZH)}{number}有限公司"
    return f"{chance.choice(FIRMS)} {chance.choice(TRADES)} {number}"
