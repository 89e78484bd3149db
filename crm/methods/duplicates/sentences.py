"""What agreement and disagreement are called; the keys of a catalogue of messages."""

from django.utils.translation import gettext_noop as _

from crm.methods.duplicates.levels import Field, Level

COMMON_NAME = _("Many records have this name")

SENTENCES: dict[tuple[Field, Level], str] = {
    (Field.NAME, Level.SAME): _("Same name"),
    (Field.NAME, Level.SWAPPED): _("Same name, first and last name swapped"),
    (Field.NAME, Level.ROMANISED): _("Same person in Chinese and pinyin"),
    (Field.NAME, Level.HOMOPHONE): _("Names sound the same in Chinese"),
    (Field.NAME, Level.ONE_LETTER): _("Names differ by one letter"),
    (Field.NAME, Level.INITIALS): _("Same name with an initial or a middle name left out"),
    (Field.NAME, Level.PARTIAL): _("One name is part of the other"),
    (Field.NAME, Level.CLOSE): _("Similar names"),
    (Field.NAME, Level.DIFFERENT): _("Different names"),
    (Field.EMAIL, Level.SAME): _("Same e-mail address"),
    (Field.EMAIL, Level.SHARED): _("Same shared mailbox"),
    (Field.EMAIL, Level.CLOSE): _("Similar e-mail addresses"),
    (Field.EMAIL, Level.NEIGHBOUR): _("Different e-mail addresses at one company"),
    (Field.EMAIL, Level.DIFFERENT): _("Different e-mail addresses"),
    (Field.PHONE, Level.SAME): _("Same phone"),
    (Field.PHONE, Level.DIFFERENT): _("Different phones"),
    (Field.LINKEDIN, Level.SAME): _("Same LinkedIn profile"),
    (Field.LINKEDIN, Level.DIFFERENT): _("Different LinkedIn profiles"),
    (Field.FIRM, Level.SAME): _("Same company"),
    (Field.FIRM, Level.CLOSE): _("Similar companies"),
    (Field.FIRM, Level.DIFFERENT): _("Different companies"),
    (Field.TITLE, Level.SAME): _("Same job title"),
    (Field.TITLE, Level.CLOSE): _("Similar job titles"),
    (Field.TITLE, Level.DIFFERENT): _("Different job titles"),
    (Field.CITY, Level.SAME): _("Same city"),
    (Field.CITY, Level.CLOSE): _("Similar cities"),
    (Field.CITY, Level.DIFFERENT): _("Different cities"),
    (Field.EXTERNAL_ID, Level.SAME): _("Same external ID"),
    (Field.FIRM_NAME, Level.SAME): _("Same company name"),
    (Field.FIRM_NAME, Level.CLOSE): _("Similar company names"),
    (Field.FIRM_NAME, Level.DIFFERENT): _("Different company names"),
    (Field.DOMAIN, Level.SAME): _("Same website"),
    (Field.DOMAIN, Level.DIFFERENT): _("Different websites"),
}
