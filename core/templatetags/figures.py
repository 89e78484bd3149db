"""Numbers, times, field values and texts as people read them."""

from datetime import datetime
from typing import Protocol

from django import template
from django.db.models import Model
from django.template.defaultfilters import linebreaksbr
from django.utils import formats, timezone
from django.utils.html import format_html, urlize
from django.utils.safestring import SafeString, mark_safe

from core import phrases
from core.permissions import Access
from core.values import grouped, in_words

register = template.Library()


class Named(Protocol):
    """A record that knows what to be called before whom."""

    def name_for(self, access: Access) -> str: ...


register.filter("grouped", grouped)  # {{ total|grouped }}: 18,406
register.filter("exact_number", phrases.exact_number)  # {{ line.quantity|exact_number }}: 2.5
register.filter("exact_percent", phrases.exact_percent)  # {{ line.tax_rate|exact_percent }}: 19%
register.filter("in_words", in_words)  # {{ fact.value|in_words }}: yes, not answered, 1,234


@register.filter
def name_for(record: Named, access: Access) -> str:
    """{{ lead|name_for:access }}: what to call a record without telling what is hidden."""
    return record.name_for(access)


@register.filter
def may(access: Access, permission: str) -> bool:
    """{% if access|may:"core.custom_field.manage" %}: whether the user may do it."""
    return access.may(permission)


@register.filter
def object_type(record: Model) -> str:
    """{{ record|object_type }}: crm.lead, as permissions and addresses name it."""
    return record._meta.label_lower


@register.filter
def sees(access: Access, field_name: str) -> bool:
    """{% if access|sees:"crm.lead.source" %}: whether the field may be shown."""
    return access.sees(field_name)


@register.simple_tag
def clock(
    moment: datetime, now: datetime | None = None, day_only: bool = False, ahead: bool = False
) -> SafeString:
    """{% clock task.at now day_only=True ahead=True %}: "Today, 07:51"; what is over due stands out."""
    local, today = timezone.localtime(moment), timezone.localdate(now)
    is_past = local.date() < today if day_only else moment < (now or timezone.now())
    return format_html(
        '<time class="{}" datetime="{}" title="{}">{}</time>',
        "overdue" if ahead and is_past else "",
        local.isoformat(timespec="seconds"),
        formats.date_format(local, "DATETIME_FORMAT"),
        phrases.clock(moment, now, is_day_only=day_only),
    )


@register.filter
def as_written(text: str) -> SafeString:
    """{{ note.body|as_written }}: a plain text with its lines and links, all else escaped."""
    linked = urlize(text, nofollow=True, autoescape=True)
    return mark_safe(linebreaksbr(linked, autoescape=False))  # noqa: S308  # urlize has escaped it
