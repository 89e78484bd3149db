"""What the editor of messages sends: subject, preview line, and the blocks in their order."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.models import User
from core.records.links import LinkField
from crm.models import Contact
from marketing.choices import MessageForm
from marketing.services.messages.blocks import BY_KEY, KEY, MOST_BLOCKS
from marketing.services.messages.tokens import stored

Posted = Mapping[str, Any]


def said_of(posted: Posted, form: str, names: Mapping[str, str], before: Any) -> dict[str, Any]:
    """The text as services take it; `names` leads from labels to fields, `before` is the stored body."""
    said: dict[str, Any] = {
        name: stored(str(posted.get(name, "")), names) for name in ("subject", "preview")
    }
    if form == MessageForm.BLOCKS:
        return said | {"body": _blocks(posted, names, before)}
    text = stored(str(posted.get("text", "")), names)
    return said | {"body": {"text": text}}


def _blocks(posted: Posted, names: Mapping[str, str], before: Any) -> list[dict[str, Any]]:
    kept = {block["id"]: block for block in before} if isinstance(before, list) else {}
    keys = str(posted.get("order", "")).split(",")[: MOST_BLOCKS + 1]
    return [
        _block(posted, key, names, kept.get(key, {}))
        for key in dict.fromkeys(keys)
        if KEY.fullmatch(key) and posted.get(f"b-{key}-kind") in BY_KEY
    ]


def _block(
    posted: Posted, key: str, names: Mapping[str, str], kept: Mapping[str, Any]
) -> dict[str, Any]:
    kind = BY_KEY[str(posted[f"b-{key}-kind"])]
    block: dict[str, Any] = {
        "id": key,
        "kind": kind.key,
        "spacing": posted.get(f"b-{key}-spacing", "normal"),
        "phones": bool(posted.get(f"b-{key}-phones")),
    }
    if kept.get("condition"):
        block["condition"] = kept["condition"]
    for name in kind.parts:
        value = str(posted.get(f"b-{key}-{name}", ""))
        block[name] = stored(value, names, is_html=name == "html")
    return block


class ShownAsForm(forms.Form):
    """As whom a letter is shown."""

    def __init__(self, data: Any, *, user: User, contact: Contact | None) -> None:
        super().__init__(data, initial={"who": contact})
        self.fields["who"] = LinkField(
            target="crm.contact", user=user, label=_("Contact"), required=False
        )

    def chosen(self) -> Contact | None:
        """The contact that somebody has chosen."""
        found: Contact | None = self.cleaned_data.get("who") if self.is_valid() else None
        return found
