"""Names of models and fields that come from packages without being marked for translation."""

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy


def name_in_every_language(model: type[Model]) -> None:
    """Let plain names be looked up in our catalogue; core.framework_words marks them."""
    options = model._meta
    if not isinstance(options.verbose_name, Promise):
        # The plural first: Django makes it of the singular, with an English s.
        options.verbose_name_plural = gettext_lazy(str(options.verbose_name_plural))
        options.verbose_name = gettext_lazy(str(options.verbose_name))
    for field in (*options.fields, *options.many_to_many):
        if not isinstance(field.verbose_name, Promise):
            field.verbose_name = gettext_lazy(field.verbose_name)
