"""Numbers and field values as people read them; `{% load figures %}`."""

from django import template

from core.values import grouped, in_words

register = template.Library()

register.filter("grouped", grouped)  # {{ total|grouped }}: 18,406
register.filter("in_words", in_words)  # {{ fact.value|in_words }}: yes, not answered, 1,234
