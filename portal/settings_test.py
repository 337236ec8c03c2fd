"""Settings for pytest: the same product, with a cheaper password hash and its own broker database."""

import os

from portal.settings import *  # noqa: F403
from portal.settings import CACHES, DATA_DIR, DATABASES, REDIS_URL, STATIC_ROOT, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# xdist workers must not see each other's cache, counters or queues.
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
REDIS_URL = f"{REDIS_URL.rsplit('/', 1)[0]}/{_worker + 1}"
CACHES["default"]["LOCATION"] = REDIS_URL
CELERY_BROKER_URL = REDIS_URL
DATABASES["default"]["OPTIONS"].pop("pool")  # the test runner drops databases, which a pool would hold open
if _template := os.environ.get("TEST_TEMPLATE"):  # a filled database that each worker copies (bin/test)
    DATABASES["default"]["TEST"] = {"TEMPLATE": _template}
STORAGES["staticfiles"] = {"BACKEND": "portal.staticfiles.PlainFiles"}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns of a missing folder, and warnings are errors here
STORAGES["default"]["OPTIONS"]["location"] = DATA_DIR / f"test-files-{_worker}"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = True  # unit tests; the worker stories start a real worker
CELERY_TASK_EAGER_PROPAGATES = True
