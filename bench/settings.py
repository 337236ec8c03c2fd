"""The product's own settings with one more route: an empty signed-in page, to which every page is compared."""

from portal.settings import *  # noqa: F403
from portal.settings import REST_FRAMEWORK

ROOT_URLCONF = "bench.urls"
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = {"user": None}
