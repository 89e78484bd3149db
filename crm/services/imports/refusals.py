"""Why a row, or a part of it, does not come in: msgids with their values."""

from typing import Any

from django.utils.translation import gettext_noop

from core.choices import FieldType

SAID = "%(sentence)s"  # by a rule of the record type, in the language of whoever imports
TOO_WIDE = gettext_noop("The row has %(found)s values, the header has %(expected)s names.")
TOO_LONG = gettext_noop("“%(text)s…” is longer than %(limit)s characters.")
NO_EMAIL = gettext_noop("“%(text)s” is not an e-mail address.")
NO_OPTION = gettext_noop("“%(text)s” is not one of the options of “%(field)s”.")
MISFIT = gettext_noop("“%(text)s” does not fit the field “%(field)s”.")
MISFITS: dict[str, str] = {
    FieldType.NUMBER: gettext_noop("“%(text)s” is not a number, as “%(field)s” asks for."),
    FieldType.MONEY: gettext_noop("“%(text)s” is not an amount, as “%(field)s” asks for."),
    FieldType.DATE: gettext_noop(
        "“%(text)s” is not a date, as “%(field)s” asks for. Write it as 2026-11-22."
    ),
    FieldType.MOMENT: gettext_noop(
        "“%(text)s” is not a date, as “%(field)s” asks for. Write it as 2026-11-22."
    ),
    FieldType.BOOLEAN: gettext_noop("“%(text)s” is neither yes nor no, as “%(field)s” asks for."),
    FieldType.URL: gettext_noop("“%(text)s” is not a web address, as “%(field)s” asks for."),
}
NOT_THERE = gettext_noop("There is no record with %(key)s “%(text)s” that you may change.")
ALREADY_THERE = gettext_noop("There is a record with %(key)s “%(text)s” already.")
SEVERAL = gettext_noop("Several records have %(key)s “%(text)s”. Merge them, or use another key.")
IN_BIN = gettext_noop(
    "A record with %(key)s “%(text)s” is out of your reach or in the bin. Restore it, or delete it for good."
)
NO_KEY = gettext_noop("The row does not say which record it is of: %(key)s is empty.")
DELETED_THERE = gettext_noop("The record was deleted in the other system.")
NO_LINK = gettext_noop("%(link)s: nothing is called “%(text)s”; it was left empty.")
SEVERAL_LINKS = gettext_noop("%(link)s: several records are called “%(text)s”; it was left empty.")
NO_LINK_NUMBER = gettext_noop("%(link)s: nothing has the ID “%(text)s”; it was left empty.")
ONLY_FIRST = gettext_noop("%(link)s: only the first is linked; “%(text)s” was left out.")
NO_COLLEAGUE = gettext_noop("%(link)s: no colleague is called “%(text)s”.")
NAME_KEPT = gettext_noop(
    "%(link)s: no colleague is called “%(text)s”; the name is kept in “%(field)s”."
)
NO_STAGE = gettext_noop("No stage is called “%(text)s”. Match it to one of ours, or add it.")
NO_STATUS = gettext_noop("The status “%(text)s” is neither open, won nor lost.")

NO_ONE = gettext_noop("Nobody is “%(text)s”.")
NO_PERSON = gettext_noop("The row does not say whose it is.")
NO_MOMENT = gettext_noop("The row does not say when it was.")
NO_KIND = gettext_noop("“%(text)s” is not one of the options of “%(field)s”; it came in as Other.")
NO_CURRENCY = gettext_noop("“%(text)s” is no currency that we know.")
TOLD_TWICE = gettext_noop("The file tells this event twice; it was written once.")

NO_NAME = gettext_noop("The row says neither a name nor an e-mail address.")
SEVERAL_COLLEAGUES = gettext_noop(
    "Several colleagues are called “%(text)s”. Tell them apart by their e-mail address."
)
MANAGER_MADE = gettext_noop("“%(text)s” has no row and was added as a colleague, too.")
NOT_KNOWN = gettext_noop("%(field)s: “%(text)s” is not known; the usual one was taken.")
NO_ADMINISTRATORS = gettext_noop(
    "%(field)s: “%(text)s” is given to nobody by a file; the usual one was taken."
)
ACCESS_KEPT = gettext_noop(
    "What %(text)s may do, and whether they may sign in, is not changed by a file."
)
ADDRESS_KEPT = gettext_noop("The e-mail address of %(text)s is not changed by a file.")

NO_DURATION = gettext_noop("“%(text)s” is no duration such as 1:30; it was left empty.")
NO_TIME = gettext_noop("“%(text)s” is no time of day; only the date came in.")
NO_PLACE = gettext_noop("There is no place left for “%(text)s”.")
NO_OUTCOME = gettext_noop("The outcome “%(text)s” is neither yes nor no.")


class RowRefused(ValueError):  # noqa: N818  # an answer, not a fault
    """A row cannot be imported: a msgid with its values."""

    def __init__(self, reason: str, **args: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.args_by_name = args
