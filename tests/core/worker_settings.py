"""Settings of the real worker that the job tests start: the product's, with the tests' job functions and files."""

import os

from portal.settings import *  # noqa: F403
from portal.settings import DATABASES, STORAGES

DATABASES["default"]["OPTIONS"].pop("pool")
STORAGES["default"]["OPTIONS"]["location"] = os.environ["TEST_FILES"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
JOBS = {
    "held": "tests.core.sample_jobs.held",
    "filing_certificate": "tests.teams.sample_jobs.held_certificate",
}
