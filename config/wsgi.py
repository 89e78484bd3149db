"""The WSGI application that gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from config.stack import with_room

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.embedded")

application = with_room(get_wsgi_application())
get_resolver().url_patterns  # noqa: B018  # a worker with broken code must not start

# What is loaded now stays: the collector need not look at it for every few hundred new objects.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
