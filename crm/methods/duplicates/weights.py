"""What each level of agreement says: the m and u of Fellegi and Sunter.

`m` is how often the level is seen where two records are the same, `u` where they are not; the
weight is ln(m / u), in natural log-odds. Levels that are left out (a field is missing) say nothing.

Where the numbers come from: u of identifiers and of names is per `POPULATION` records, so that
"one other record in the population" is 1 / POPULATION; u of cities, job titles and firms, and all
of m, are judgements, rounded, and adjusted by hand to the generated set that the tests call
"tuning". They were not fitted to records of a real company.

u of a name is that of a name which nobody else has; `scoring` multiplies it by how many have it.
An e-mail address, a profile and a number of an external system are issued once; their u is the
rate of slips of the pen. A telephone may be that of a switchboard.

Source: Fellegi and Sunter, "A Theory for Record Linkage" (1969); frequencies after Winkler (1989).
"""

from math import log

from crm.methods.duplicates.levels import Field, Level

POPULATION = 10_000
DUPLICATES_PER_RECORD = 0.2
PRIOR = log(DUPLICATES_PER_RECORD / POPULATION)

ONE = 1 / POPULATION

WEIGHED: dict[tuple[Field, Level], tuple[float, float]] = {
    #                                      m      u
    (Field.NAME, Level.SAME):            (0.60, ONE),
    (Field.NAME, Level.SWAPPED):         (0.50, ONE),
    (Field.NAME, Level.ROMANISED):       (0.50, 2 * ONE),
    (Field.NAME, Level.HOMOPHONE):       (0.10, 2 * ONE),
    (Field.NAME, Level.ONE_LETTER):      (0.20, 3 * ONE),
    (Field.NAME, Level.INITIALS):        (0.20, 4 * ONE),
    (Field.NAME, Level.PARTIAL):         (0.05, 30 * ONE),
    (Field.NAME, Level.CLOSE):           (0.05, 10 * ONE),
    (Field.NAME, Level.DIFFERENT):       (0.005, 0.99),
    (Field.EMAIL, Level.SAME):           (0.50, 2e-7),
    (Field.EMAIL, Level.SHARED):         (0.30, 1e-3),
    (Field.EMAIL, Level.CLOSE):          (0.15, 0.05),
    (Field.EMAIL, Level.NEIGHBOUR):      (0.03, 0.50),
    (Field.EMAIL, Level.DIFFERENT):      (0.40, 0.95),
    (Field.PHONE, Level.SAME):           (0.50, 1e-5),
    (Field.PHONE, Level.DIFFERENT):      (0.40, 0.99),
    (Field.LINKEDIN, Level.SAME):        (0.90, 1e-9),
    (Field.LINKEDIN, Level.DIFFERENT):   (0.01, 0.99),
    (Field.FIRM, Level.SAME):            (0.60, 2e-3),
    (Field.FIRM, Level.CLOSE):           (0.20, 2e-3),
    (Field.FIRM, Level.DIFFERENT):       (0.20, 0.99),
    (Field.TITLE, Level.SAME):           (0.50, 0.06),
    (Field.TITLE, Level.CLOSE):          (0.15, 0.05),
    (Field.TITLE, Level.DIFFERENT):      (0.35, 0.90),
    (Field.CITY, Level.SAME):            (0.75, 0.10),
    (Field.CITY, Level.CLOSE):           (0.05, 0.01),
    (Field.CITY, Level.DIFFERENT):       (0.20, 0.90),
    (Field.EXTERNAL_ID, Level.SAME):     (0.90, 1e-5),
    (Field.FIRM_NAME, Level.SAME):       (0.70, 0.05 * ONE),
    (Field.FIRM_NAME, Level.CLOSE):      (0.20, 5 * ONE),
    (Field.FIRM_NAME, Level.DIFFERENT):  (0.02, 0.99),
    (Field.DOMAIN, Level.SAME):          (0.90, 5e-6),
    (Field.DOMAIN, Level.DIFFERENT):     (0.05, 0.99),
}  # fmt: skip

WEIGHTS = {at: log(m / u) for at, (m, u) in WEIGHED.items()}

# What people of one household or one office have in common. Fellegi and Sunter take fields as
# independent; where names differ these are not, and they say nothing for the same person.
COMMON_TO_A_PLACE = frozenset({Field.EMAIL, Field.PHONE, Field.FIRM, Field.CITY, Field.TITLE})
COMMON_TO_A_FIRM = frozenset({Field.CITY})
COMMON_TO_COLLEAGUES = frozenset({Field.CITY, Field.PHONE})  # a switchboard
