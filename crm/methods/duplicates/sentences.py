"""What agreement and disagreement are called; the keys of a catalogue of messages."""

# The one in `django.utils.translation` asks the settings, which no method knows.
from django.utils.translation.trans_null import gettext_noop

from crm.methods.duplicates.levels import Field, Level

COMMON_NAME = gettext_noop("Many records have this name")

SENTENCES: dict[tuple[Field, Level], str] = {
    (Field.NAME, Level.SAME): gettext_noop("Same name"),
    (Field.NAME, Level.SWAPPED): gettext_noop("Same name, first and last name swapped"),
    (Field.NAME, Level.ROMANISED): gettext_noop("Same person in Chinese and pinyin"),
    (Field.NAME, Level.HOMOPHONE): gettext_noop("Names sound the same in Chinese"),
    (Field.NAME, Level.ONE_LETTER): gettext_noop("Names differ by one letter"),
    (Field.NAME, Level.INITIALS): gettext_noop(
        "Same name with an initial or a middle name left out"
    ),
    (Field.NAME, Level.PARTIAL): gettext_noop("One name is part of the other"),
    (Field.NAME, Level.CLOSE): gettext_noop("Similar names"),
    (Field.NAME, Level.DIFFERENT): gettext_noop("Different names"),
    (Field.EMAIL, Level.SAME): gettext_noop("Same e-mail address"),
    (Field.EMAIL, Level.SHARED): gettext_noop("Same shared mailbox"),
    (Field.EMAIL, Level.CLOSE): gettext_noop("Similar e-mail addresses"),
    (Field.EMAIL, Level.NEIGHBOUR): gettext_noop("Different e-mail addresses at one company"),
    (Field.EMAIL, Level.DIFFERENT): gettext_noop("Different e-mail addresses"),
    (Field.PHONE, Level.SAME): gettext_noop("Same phone"),
    (Field.PHONE, Level.DIFFERENT): gettext_noop("Different phones"),
    (Field.LINKEDIN, Level.SAME): gettext_noop("Same LinkedIn profile"),
    (Field.LINKEDIN, Level.DIFFERENT): gettext_noop("Different LinkedIn profiles"),
    (Field.FIRM, Level.SAME): gettext_noop("Same company"),
    (Field.FIRM, Level.CLOSE): gettext_noop("Similar companies"),
    (Field.FIRM, Level.DIFFERENT): gettext_noop("Different companies"),
    (Field.TITLE, Level.SAME): gettext_noop("Same job title"),
    (Field.TITLE, Level.CLOSE): gettext_noop("Similar job titles"),
    (Field.TITLE, Level.DIFFERENT): gettext_noop("Different job titles"),
    (Field.CITY, Level.SAME): gettext_noop("Same city"),
    (Field.CITY, Level.CLOSE): gettext_noop("Similar cities"),
    (Field.CITY, Level.DIFFERENT): gettext_noop("Different cities"),
    (Field.EXTERNAL_ID, Level.SAME): gettext_noop("Same external ID"),
    (Field.FIRM_NAME, Level.SAME): gettext_noop("Same company name"),
    (Field.FIRM_NAME, Level.CLOSE): gettext_noop("Similar company names"),
    (Field.FIRM_NAME, Level.DIFFERENT): gettext_noop("Different company names"),
    (Field.DOMAIN, Level.SAME): gettext_noop("Same website"),
    (Field.DOMAIN, Level.DIFFERENT): gettext_noop("Different websites"),
}
