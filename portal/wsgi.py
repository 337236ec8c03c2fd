import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("LOCK_TIMEOUT", "10s")  # a page tells whoever waits for a long import; a worker waits
application = get_wsgi_application()

from django.conf import settings  # noqa: E402 - as below

from core.memory import settle  # noqa: E402 - as below
from portal.checks import refuse_unsafe_start  # noqa: E402 - needs the settings

refuse_unsafe_start()
import_module(settings.ROOT_URLCONF)  # all pages: else the first visitor waits for it
settle(new_objects=20_000)
