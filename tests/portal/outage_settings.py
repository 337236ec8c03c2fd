"""The product's own settings with a page that writes, for the process that test_outage.py starts."""

from portal.settings import *  # noqa: F403
from portal.settings import STORAGES

ROOT_URLCONF = "tests.portal.outage_urls"
LOGIN_REDIRECT_URL = "/read/"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "portal.staticfiles.PlainFiles"}
