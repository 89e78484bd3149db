"""Where the customers of the sample company are."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class City:
    """A city; `code` begins its postal codes, which are filled up with digits."""

    name: str
    state: str
    code: str


@dataclass(frozen=True)
class Country:
    """A country: its share, speech, money, region (whose sellers look after it) and phone pattern.

    Phone numbers are from the ranges that regulators keep free for films and examples; where there is
    none, there is no phone (China: an area code that is not given to anybody).
    """

    name: str
    share: int
    speech: str
    currency: str
    region: str
    ending: str
    phone: str
    streets: tuple[str, ...]
    cities: tuple[City, ...]


def _cities(text: str) -> tuple[City, ...]:
    return tuple(City(*part.split("/")) for part in text.split("; "))


COUNTRIES = (
    Country(
        "Germany",
        52,
        "de",
        "EUR",
        "europe",
        "org",
        "+49 30 23125 {:03d}",
        ("Industriestraße {}", "Am Hafen {}", "Werkstraße {}", "Gewerbepark {}"),
        _cities(
            "Stuttgart/Baden-Württemberg/70###; Nuremberg/Bavaria/90###; Hanover/Lower Saxony/30###; "
            "Dresden/Saxony/01###; Dortmund/North Rhine-Westphalia/44###"
        ),
    ),
    Country(
        "United States",
        48,
        "en",
        "USD",
        "americas",
        "com",
        "+1 202-555-01{:02d}",
        ("{} Industrial Pkwy", "{} Foundry St", "{} Commerce Dr", "{} Mill Rd"),
        _cities("Detroit/MI/482##; Cleveland/OH/441##; Austin/TX/787##; Greenville/SC/296##"),
    ),
    Country(
        "United Kingdom",
        20,
        "en",
        "GBP",
        "europe",
        "com",
        "+44 20 7946 0{:03d}",
        ("{} Canal Road", "{} Foundry Lane", "Unit {}, Riverside Park"),
        _cities(
            "Coventry/West Midlands/CV# #AB; Sheffield/South Yorkshire/S# #BX; Derby/Derbyshire/DE# #FG"
        ),
    ),
    Country(
        "France",
        20,
        "fr",
        "EUR",
        "europe",
        "net",
        "+33 1 99 00 {:02d} 17",
        ("{} rue de l’Industrie", "{} avenue des Usines", "{} quai de la Gare"),
        _cities(
            "Lyon/Auvergne-Rhône-Alpes/69###; Lille/Hauts-de-France/59###; Toulouse/Occitanie/31###"
        ),
    ),
    Country(
        "Italy",
        16,
        "it",
        "EUR",
        "europe",
        "net",
        "",
        ("Via dell’Industria {}", "Via Emilia {}"),
        _cities("Bologna/Emilia-Romagna/401##; Turin/Piedmont/101##; Brescia/Lombardy/251##"),
    ),
    Country(
        "Netherlands",
        10,
        "nl",
        "EUR",
        "europe",
        "net",
        "",
        ("Havenweg {}", "Industrieweg {}"),
        _cities("Eindhoven/North Brabant/56## AB; Rotterdam/South Holland/30## CD"),
    ),
    Country(
        "Switzerland",
        10,
        "de",
        "CHF",
        "europe",
        "org",
        "",
        ("Fabrikstrasse {}", "Seeweg {}"),
        _cities("Winterthur/Zurich/84##; Biel/Bern/25##"),
    ),
    Country(
        "Sweden",
        10,
        "sv",
        "SEK",
        "europe",
        "net",
        "+46 8 465 004 {:02d}",
        ("Verkstadsgatan {}", "Hamnvägen {}"),
        _cities("Gothenburg/Västra Götaland/41# ##; Västerås/Västmanland/72# ##"),
    ),
    Country(
        "Austria",
        8,
        "de",
        "EUR",
        "europe",
        "org",
        "",
        ("Werkgasse {}", "Bahnstraße {}"),
        _cities("Linz/Upper Austria/40##; Graz/Styria/80##"),
    ),
    Country(
        "Poland",
        8,
        "pl",
        "PLN",
        "europe",
        "net",
        "",
        ("ul. Fabryczna {}", "ul. Przemysłowa {}"),
        _cities("Wrocław/Lower Silesia/5#-###; Katowice/Silesia/4#-###"),
    ),
    Country(
        "中国",
        98,
        "zh",
        "CNY",
        "china",
        "com",
        "+86 100 5550 {:04d}",
        ("星湖街 {} 号", "科技园路 {} 号", "工业大道 {} 号", "东环路 {} 号"),
        _cities(
            "苏州/江苏省/2150##; 上海/上海市/2012##; 深圳/广东省/5180##; 东莞/广东省/5230##; 宁波/浙江省/3150##; "
            "重庆/重庆市/4011##; 武汉/湖北省/4300##"
        ),
    ),
)


def postal_code(city: City, chance: Random) -> str:
    return "".join(str(chance.randrange(10)) if mark == "#" else mark for mark in city.code)
