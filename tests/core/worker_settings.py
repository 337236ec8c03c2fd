"""Settings of the real workers and other processes that tests start: the product's, with the tests' files."""

import os

from portal.settings import *  # noqa: F403
from portal.settings import DATABASES, STORAGES

DATABASES["default"]["OPTIONS"].pop("pool")
STORAGES["default"]["OPTIONS"]["location"] = os.environ.get("TEST_FILES", "")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
