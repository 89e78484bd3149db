"""What the pages of the admin panel say."""

from typing import Any

from django import template
from django.contrib import admin
from django.db.models import Model

register = template.Library()


@register.filter
def in_words(part: Any) -> str:
    """{{ part.title|in_words }}: a row by the name that its admin gives it, other titles as they are."""
    if not isinstance(part, Model):
        return str(part)
    options: Any = admin.site.get_model_admin(type(part))
    name: str = options.name_of(part)
    return name
