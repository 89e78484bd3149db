"""What bulk changes are called."""

from django.utils.translation import gettext, ngettext, pgettext, pgettext_lazy

from core.registries import audit_actions, change_kinds, record_types
from core.values import grouped

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
    if action in change_kinds:
        return str(change_kinds[action].title)
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
    if action in change_kinds:
        sentences[action] = str(change_kinds[action].done)
    if action not in sentences:  # an act of an app that is undone in its own way
        return str(audit_actions[action].label)
    return sentences[action] % {
        "count": grouped(count),
        "records": counted(object_type, count),
    }


def left_sentence(action: str, count: int) -> str:
    """Why some of the chosen records are as they were."""
    if action == "undo":
        sentence = ngettext(
            "%(count)s was changed since and stays as it is.",
            "%(count)s were changed since and stay as they are.",
            count,
        )
    else:
        sentence = ngettext(
            "%(count)s is not yours to change and stays as it is.",
            "%(count)s are not yours to change and stay as they are.",
            count,
        )
    return sentence % {"count": grouped(count)}


def question_of(action: str, object_type: str, count: int) -> str:
    """The title of the dialog: “Assign 12 contacts”."""
    titles = {
        "assign": gettext("Assign %(count)s %(records)s"),
        "tag": gettext("Tag %(count)s %(records)s"),
        "edit": gettext("Edit a field of %(count)s %(records)s"),
        "delete": gettext("Delete %(count)s %(records)s?"),
        "export": gettext("Export %(count)s %(records)s"),
        "erase": gettext("Delete %(count)s %(records)s for good?"),
    }
    if action in change_kinds:
        titles[action] = str(change_kinds[action].question)
    return titles[action] % {"count": grouped(count), "records": counted(object_type, count)}


def submit_of(action: str) -> str:
    """What the button of the dialog says."""
    labels = {
        "assign": pgettext("bulk change", "Assign"),
        "tag": pgettext("bulk change", "Save tags"),
        "edit": pgettext("bulk change", "Change"),
        "delete": pgettext("bulk change", "Delete"),
        "export": pgettext("bulk change", "Export"),
        "restore": pgettext("bulk change", "Restore"),
        "erase": pgettext("bulk change", "Delete for good"),
    }
    return str(change_kinds[action].label) if action in change_kinds else labels[action]
