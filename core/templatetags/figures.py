"""Numbers and field values as people read them."""

from typing import Protocol

from django import template

from core.permissions import Access
from core.values import grouped, in_words

register = template.Library()


class Named(Protocol):
    """A record that knows what to be called before whom."""

    def name_for(self, access: Access) -> str: ...


register.filter("grouped", grouped)  # {{ total|grouped }}: 18,406
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
def sees(access: Access, field_name: str) -> bool:
    """{% if access|sees:"crm.lead.source" %}: whether the field may be shown."""
    return access.sees(field_name)
