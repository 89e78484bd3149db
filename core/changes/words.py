"""What bulk changes are called."""

from django.utils.translation import gettext, pgettext, pgettext_lazy

from core.registries import record_types

TITLES = {
    "delete": pgettext_lazy("bulk change", "delete"),
    "restore": pgettext_lazy("bulk change", "restore"),
    "assign": pgettext_lazy("bulk change", "assign"),
    "tag": pgettext_lazy("bulk change", "add tags"),
    "untag": pgettext_lazy("bulk change", "remove tags"),
    "edit": pgettext_lazy("bulk change", "edit a field"),
    "undo": pgettext_lazy("bulk change", "undo"),
}


def title_of(action: str) -> str:
    return str(TITLES.get(action, action))


def counted(object_type: str, count: int) -> str:
    """The word for so many records of the type, as it stands within a sentence: “contacts”."""
    kind = record_types[object_type]
    return str(kind.label if count == 1 else kind.plural).lower()


def done_sentence(action: str, object_type: str, count: int) -> str:
    """What has happened, in the past tense: “12 contacts deleted.”"""
    sentences = {
        "delete": gettext("%(count)s %(records)s deleted."),
        "restore": gettext("%(count)s %(records)s restored."),
        "assign": gettext("%(count)s %(records)s assigned."),
        "tag": gettext("%(count)s %(records)s tagged."),
        "untag": gettext("Tags removed from %(count)s %(records)s."),
        "edit": gettext("%(count)s %(records)s changed."),
        "undo": gettext("Undone: %(count)s %(records)s are as they were before."),
    }
    if count == 0:
        return pgettext("bulk change", "Nothing had to be changed.")
    return sentences[action] % {"count": count, "records": counted(object_type, count)}
