"""The product, loaded with nothing opened: what every worker of the tests is forked from (``tests.workers``)."""

# ruff: noqa: E402, F401 - the settings first; what is imported is to be there
import gc
import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.core.worker_settings"
os.environ["CELERY_SKIP_CHECKS"] = "true"  # the same code as the tests', which has been checked

import celery.apps.worker
import celery.bin.celery
import celery.concurrency.prefork
import celery.concurrency.solo
import celery.worker.consumer
import django
import kombu.transport.redis
import openpyxl
import weasyprint

django.setup()

from django.urls import get_resolver

from portal.celery import app

get_resolver().url_patterns  # noqa: B018 - a job needs addresses; reading this loads every page
app.autodiscover_tasks(force=True)
gc.freeze()  # what is shared with every worker is not looked through by each
