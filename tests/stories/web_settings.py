"""Settings of the web process that test_web_killed.py starts: those of the tests, serving the page's own files, too."""

from portal.settings_test import *  # noqa: F403

WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
